import { TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { FoundRepository } from "../../../modules/containers/found-repository";
import { ReleasedImages } from "../../../modules/containers/released-images";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const { data } = synthesizeModule((stack) => {
  const released = new ReleasedImages(stack, "released", { path: "/test/ecs", initial: "none" });
  for (const name of ["couchdb", "app"]) {
    const repository = new FoundRepository(stack, name, {
      name: `test-${name}`,
      partition: "aws",
      region: "eu-west-1",
      accountId: "123456789012",
      fix: "deploy it",
    });
    const { uri } = released.of({ name, parameter: `/test/ecs/${name}/image`, repository, fix: "deploy it" });
    new TerraformOutput(stack, `${name}_uri`, { value: uri, description: "The image." });
  }
});

describe("ReleasedImages", () => {
  it("looks up all services at once", () => {
    expect(only(data, "aws_ssm_parameters_by_path")).toMatchObject({ path: "/test/ecs", recursive: true });
  });

  it("has a condition for each service, which does not repeat that there is no repository", () => {
    const conditions = only(data, "aws_ssm_parameters_by_path").lifecycle.postcondition;
    expect(conditions).toHaveLength(2);
    expect(conditions[1]).toEqual({
      condition:
        '${contains(self.names, "/test/ecs/app/image") || ' +
        '!try(contains(data.aws_ecr_repositories.app.names, "test-app"), false)}',
      error_message: "release of app: expected the parameter /test/ecs/app/image, got none; deploy it.",
    });
  });
});

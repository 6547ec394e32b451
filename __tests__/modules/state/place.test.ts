import { describe, expect, it } from "vitest";
import { Place } from "../../../modules/state/place";
import { synthesizeModule } from "../synthesize-module";

const caller = "data.aws_caller_identity.other_caller";

/** The resource of a place, beside the one that every stack has. */
const synthesizePlace = (missing?: readonly string[]) => {
  const { resource } = synthesizeModule((stack) => {
    new Place(stack, "other", { stack: "ebs", region: "eu-west-1", missing });
  });
  return resource["terraform_data"]?.["other"];
};

describe("the place of a stack", () => {
  it("remembers the account and region of the first deploy", () => {
    expect(synthesizePlace()).toMatchObject({
      input: { account: `\${${caller}.account_id}`, region: "eu-west-1" },
      lifecycle: { ignore_changes: ["input"] },
    });
  });

  it("fails a plan for another account or region, and says which is right", () => {
    const [condition, ...others] = synthesizePlace().lifecycle.postcondition;
    expect(others).toEqual([]);
    expect(condition.condition).toBe(
      `\${self.output.account == ${caller}.account_id && self.output.region == "eu-west-1"}`,
    );
    expect(condition.error_message).toMatch(
      /^state: expected account \$\{self\.output\.account\} .* stack ebs was deployed, got account .* eu-west-1; go back/,
    );
  });

  it("fails a plan in another workspace, which has no state", () => {
    const [condition, ...others] = synthesizePlace().lifecycle.precondition;
    expect(others).toEqual([]);
    expect(condition).toEqual({
      condition: '${terraform.workspace == "default"}',
      error_message: expect.stringMatching(
        /^workspace: expected "default", got "\$\{terraform\.workspace\}", which has no/,
      ),
    });
  });

  it("fails a plan while a setting is missing, with a sentence for each", () => {
    const [, ...sentences] = synthesizePlace(["ebs.a: set it.", "ebs.b: not ${b}."]).lifecycle.precondition;
    expect(sentences.map(({ error_message }: { error_message: string }) => error_message)).toEqual([
      "ebs.a: set it.",
      "ebs.b: not $${b}.",
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { ReleaseParameters } from "../../../modules/containers/release-parameters";
import { synthesizeModule } from "../synthesize-module";

const parameters = (preventDestroy?: boolean) => {
  const { resource } = synthesizeModule((stack) => {
    const names = { image: "/test/ecs/app/image", underWay: "/test/ecs/app/release" };
    new ReleaseParameters(stack, "release_app", { service: "app", ...names, initial: "none", preventDestroy });
  });
  return resource["aws_ssm_parameter"] ?? {};
};

describe("ReleaseParameters", () => {
  it("are made with their first value, which no later deploy writes again", () => {
    for (const parameter of Object.values(parameters())) {
      expect(parameter).toMatchObject({
        type: "String",
        insecure_value: "none",
        lifecycle: { ignore_changes: ["insecure_value"] },
      });
    }
    expect(Object.values(parameters()).map(({ name }) => name)).toEqual([
      "/test/ecs/app/image",
      "/test/ecs/app/release",
    ]);
  });

  it("protects what was released, unless it is told not to", () => {
    const protectionOf = (preventDestroy?: boolean) =>
      parameters(preventDestroy)["release_app_image"].lifecycle.prevent_destroy;
    expect(protectionOf()).toBe(true);
    expect(protectionOf(false)).toBe(false);
  });
});

import path from "node:path";
import { describe, expect, test } from "vitest";
import { imageOf, withImage, withPacker } from "../../../scripts/images/local-variables";
import { projectRoot } from "../../../scripts/support/project";
import { loadSettings } from "../../../stacks/settings";

const local = (variables: NodeJS.ProcessEnv = {}) =>
  withPacker(
    { PATH: "/usr/bin", XDG_CACHE_HOME: "/nowhere" },
    loadSettings({ environment: { WORKBENCH_ENV: "local", ...variables } }),
    "/home/of/aws",
  );

test("Packer gets the values that the local settings change, and writes its output to the local AWS's folder", () => {
  expect(local()).toEqual({
    PATH: "/usr/bin",
    XDG_CACHE_HOME: "/nowhere",
    PKR_VAR_allow_from: '["198.18.0.0/15"]',
    PKR_VAR_output_directory: "/home/of/aws/packer",
  });
});

test("text is written as it is, anything else as an expression", () => {
  const environment = local({
    WORKBENCH_PROJECT: "other",
    WORKBENCH_SERVICES_NREPL_PORT: "7888",
    WORKBENCH_IMAGE_SSM_AGENT_ENABLED: "true",
    WORKBENCH_IMAGE_MAVEN_REPOSITORIES: "{mirror: 'https://maven.example/\"b\"${c}'}",
  });
  expect(environment).toMatchObject({
    PKR_VAR_project: "other",
    PKR_VAR_nrepl_port: "7888",
    PKR_VAR_ssm_agent: "true",
    PKR_VAR_maven_repositories: '{ mirror = "https://maven.example/\\"b\\"$${c}" }',
  });
});

test("one image gets every value that the local settings change for it", () => {
  const settings = loadSettings({ environment: { WORKBENCH_ENV: "local", WORKBENCH_EC2_IMAGE_ARCHITECTURE: "arm64" } });
  expect(withImage({ PATH: "/usr/bin" }, settings, "workbench")).toEqual({
    PATH: "/usr/bin",
    PKR_VAR_allow_from: '["198.18.0.0/15"]',
    PKR_VAR_architecture: "arm64",
  });
  expect(withImage({ PATH: "/usr/bin" }, settings, "none")).toEqual({ PATH: "/usr/bin" });
});

describe("the image that a command names", () => {
  const packer = path.join(projectRoot, "packer");
  test.each([
    [["build", "-color=false", "packer/workbench"], projectRoot, "workbench"],
    [["build", "-var", "a=b", path.join(packer, "workbench")], "/", "workbench"],
    [["build", "."], path.join(packer, "workbench"), "workbench"],
    [["build", "packer/workbench/"], projectRoot, "workbench"],
    [["build", "packer/shared"], projectRoot, undefined],
    [["build", "workbench"], projectRoot, undefined],
    [["version"], packer, undefined],
  ])("%j in %s: %s", (args, cwd, expected) => {
    expect(imageOf(args, cwd)).toBe(expected);
  });
});

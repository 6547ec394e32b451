import { expect, test } from "vitest";
import { withPacker } from "../../../scripts/images/local-variables";
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

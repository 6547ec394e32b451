import { describe, expect, it } from "vitest";
import { loadSettings } from "../../../stacks/settings";

const deployer = (values: Readonly<Record<string, string>>) =>
  loadSettings({
    environment: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [`WORKBENCH_STATE_DEPLOYER_${name}`, value]),
    ),
  }).state.deployer;

describe("state.deployer", () => {
  it.each(["octocat/data", "octo-cat/da.ta_1", "octocat@1234/data@5678"])("accepts the repository %s", (repository) => {
    expect(deployer({ REPOSITORY: repository }).repository).toBe(repository);
  });

  it.each(["octocat", "octocat/*", "octocat/data:ref", "octocat@1234/data", "https://github.com/octocat/data"])(
    "fails for the repository %s",
    (repository) => {
      expect(() => deployer({ REPOSITORY: repository })).toThrow(
        "WORKBENCH_STATE_DEPLOYER_REPOSITORY: state.deployer.repository: " +
          `expected a GitHub repository such as octocat/data, or octocat@1234/data@5678, got "${repository}"`,
      );
    },
  );

  it.each([
    ["BRANCHES", "release/*", "the name of a branch"],
    ["ENVIRONMENTS", "production:eu", "the name of an environment"],
  ])("fails for %s with %s, which no subject can name", (list, value, expected) => {
    expect(() => deployer({ [list]: `["${value}"]` })).toThrow(`expected ${expected}, got "${value}"`);
  });

  it("fails for a repository whose workflows may deploy from nowhere", () => {
    expect(() => deployer({ REPOSITORY: "octocat/data", BRANCHES: "[]" })).toThrow(
      "WORKBENCH_STATE_DEPLOYER_BRANCHES: state.deployer.branches: " +
        "expected at least one branch, or a name in state.deployer.environments, got []",
    );
  });

  it("needs no branch while no repository is set", () => {
    expect(deployer({ BRANCHES: "[]" }).repository).toBeNull();
  });
});

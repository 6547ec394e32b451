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

  it("accepts further repositories that release", () => {
    const values = { REPOSITORY: "octocat/data", RELEASE_REPOSITORIES: "[octocat/web, octocat@1234/api@5678]" };
    expect(deployer(values).releaseRepositories).toEqual(["octocat/web", "octocat@1234/api@5678"]);
  });

  it("fails for a repository that releases and is none", () => {
    expect(() => deployer({ REPOSITORY: "octocat/data", RELEASE_REPOSITORIES: "[octocat/*]" })).toThrow(
      "state.deployer.releaseRepositories[0]: " +
        'expected a GitHub repository such as octocat/data, or octocat@1234/data@5678, got "octocat/*"',
    );
  });

  it("fails for repositories that release while nothing makes their role", () => {
    expect(() => deployer({ RELEASE_REPOSITORIES: "[octocat/web]" })).toThrow(
      "WORKBENCH_STATE_DEPLOYER_RELEASE_REPOSITORIES: state.deployer.releaseRepositories: expected none while " +
        'state.deployer.repository is null, since then there is no role that releases, got ["octocat/web"]',
    );
  });

  it("needs no branch while no repository is set", () => {
    expect(deployer({ BRANCHES: "[]" }).repository).toBeNull();
  });
});

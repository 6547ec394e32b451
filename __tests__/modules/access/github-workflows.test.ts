import { describe, expect, it } from "vitest";
import { pullRequestSubject, type Workflows, workflowSubjects } from "../../../modules/access/github-workflows";

const nothing: Workflows = { repository: "octocat/data", branches: [], environments: [] };

describe("workflowSubjects", () => {
  it.each<[Partial<Workflows>, string[]]>([
    [{}, []],
    [{ branches: ["main"] }, ["repo:octocat/data:ref:refs/heads/main"]],
    [
      { branches: ["main", "release/1.2"] },
      ["repo:octocat/data:ref:refs/heads/main", "repo:octocat/data:ref:refs/heads/release/1.2"],
    ],
    [{ environments: ["my production"] }, ["repo:octocat/data:environment:my production"]],
    [
      { repository: "octocat@12/data@34", branches: ["main"], environments: ["production"] },
      ["repo:octocat@12/data@34:ref:refs/heads/main", "repo:octocat@12/data@34:environment:production"],
    ],
  ])("of %j", (workflows, subjects) => {
    expect(workflowSubjects({ ...nothing, ...workflows })).toEqual(subjects);
  });
});

it("pullRequestSubject names neither branch nor environment", () => {
  expect(pullRequestSubject({ repository: "octocat@12/data@34" })).toBe("repo:octocat@12/data@34:pull_request");
});

import { describe, expect, it } from "vitest";
import { releaseStatements } from "../../../stacks/state/release-statements";

/** `release-statements.slow.test.ts` evaluates them. */
describe("releaseStatements", () => {
  const statements = releaseStatements({ partition: "aws-cn", project: "workbench" });

  it("concern every resource only where AWS has no narrower one", () => {
    const everywhere = statements.filter(({ resources }) => resources.includes("*"));
    expect(everywhere.flatMap(({ actions }) => actions)).toEqual([
      "ecr:GetAuthorizationToken",
      "ecs:ListTasks",
      "ecs:DescribeTaskDefinition",
      "ecs:ListTaskDefinitions",
      "ecs:DeregisterTaskDefinition",
    ]);
  });

  it("are about the region's partition, also in conditions", () => {
    const arns = JSON.stringify(statements).match(/arn:[^:]*/g) ?? [];
    expect(new Set(arns)).toEqual(new Set(["arn:aws-cn"]));
  });

  it("name every action", () => {
    const actions = statements.flatMap((statement) => statement.actions);
    expect(actions.filter((action) => !/^[a-z]+:[A-Za-z]+$/.test(action))).toEqual([]);
  });
});

import { describe, expect, test } from "vitest";
import { releaseTarget } from "../../../scripts/release/target";
import { settingsWith } from "../../stacks/synthesize";

const digest = `sha256:${"0a".repeat(32)}`;
const reports = { ECS_SERVICES: "{ reports: {} }", ECS_DATA_REPOSITORIES: "[couchdb, grand-central, reports]" };

describe("a service to release", () => {
  test("has the names that the stacks gave it", () => {
    expect(releaseTarget(settingsWith(reports), "reports")).toMatchObject({
      cluster: "workbench-local-ecs",
      family: "workbench-local-reports",
      repository: "workbench-local-reports",
      logGroup: "/workbench-local/reports",
      parameters: { image: "/workbench-local/ecs/reports/image", underWay: "/workbench-local/ecs/reports/release" },
      platform: "linux/amd64",
    });
  });

  test.each<[string, string, Record<string, string>, string]>([
    [
      "no service",
      "report",
      reports,
      'service: expected one of couchdb, grand-central, reports, got "report"; add a new one to ecs.services',
    ],
    [
      "a service without a repository",
      "reports",
      { ECS_SERVICES: "{ reports: {} }" },
      "reports: expected it among ecs-data.repositories, got couchdb, grand-central; add it, and run `",
    ],
    [
      "a service whose image a setting names",
      "grand-central",
      { ECS_GRAND_CENTRAL_IMAGE: digest },
      `ecs.grandCentral.image: expected null, with which a release chooses the image, got "${digest}"; remove the setting`,
    ],
    [
      "a word of JavaScript's own",
      "constructor",
      {},
      'service: expected one of couchdb, grand-central, got "constructor"',
    ],
  ])("fails: %s", (_, service, values, sentence) => {
    expect(() => releaseTarget(settingsWith(values), service)).toThrow(sentence);
  });
});

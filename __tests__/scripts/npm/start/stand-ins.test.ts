import { describe, expect, test } from "vitest";
import { StandInImages } from "../../../../scripts/npm/start/stand-ins";

/** A start with one stand-in. @param digest of the image that was pushed before */
function starting(digest?: string): StandInImages {
  const standIn = {
    stack: "ecs",
    recipe: "couchdb",
    repository: "couchdb",
    setting: "ecs.couchdb.image",
  };
  return new StandInImages({ standIns: [{ ...standIn, digest }] } as never);
}

describe("npm start", () => {
  test("makes a stand-in, and pushes it before the stack that runs it", () => {
    const standIns = starting();
    expect(standIns.builds(["ecs"])).toHaveLength(1);
    expect(standIns.builds(["ecs-data"])).toEqual([]);
    expect(standIns.pushes(["ecs-data"])).toEqual([]);
    expect(standIns.pushes(["ecs"])).toMatchObject([{ title: "push couchdb" }]);
  });

  test("makes and pushes nothing when the image is there", () => {
    const standIns = starting("sha256:1");
    expect(standIns.builds(["ecs"])).toEqual([]);
    expect(standIns.pushes(["ecs"])).toEqual([]);
    expect(standIns.found).toMatchObject([{ digest: "sha256:1" }]);
  });
});

import { describe, expect, test } from "vitest";
import { type FoundStandIn, standInVariables } from "../../../scripts/session/stand-ins";

const couchdb: FoundStandIn = {
  stack: "ecs",
  recipe: "couchdb",
  repository: "workbench-local-couchdb",
  setting: "ecs.couchdb.image",
};

describe("the image of a stand-in", () => {
  test("is named to every command once it was pushed", () => {
    expect(standInVariables([{ ...couchdb, digest: "sha256:1" }])).toEqual({ WORKBENCH_ECS_COUCHDB_IMAGE: "sha256:1" });
  });

  test("is not named before that", () => {
    expect(standInVariables([couchdb])).toEqual({});
  });
});

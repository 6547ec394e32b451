import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../temporary-folder";
import { ApiOnly } from "./api-only";

/** A release with a real image and a real host: __tests__/lifecycle/ecs/release.test.ts. */
describe("npm run release, with something missing", () => {
  let api: ApiOnly;
  let environment: Record<string, string>;
  const context = temporaryFolder("context-");

  beforeAll(async () => {
    api = await ApiOnly.make();
    environment = await api.environment();
  });
  afterAll(() => api?.remove());

  const release = async (args: readonly string[], changes: NodeJS.ProcessEnv = {}) => {
    const { exitCode, all } = await api.run("release", args, { ...environment, ...changes });
    return { exitCode, said: String(all) };
  };
  const rollback = ["grand-central", "--rollback"];

  it.each<[string, string[], NodeJS.ProcessEnv, string]>([
    ["no such service", ["nobody", "--rollback"], {}, "error: service: expected one of couchdb, grand-central, got"],
    [
      "no such stack",
      rollback,
      {},
      "error: service: expected grand-central in the cluster workbench-local-ecs in eu-west-1, got none; run `",
    ],
    [
      "another region",
      rollback,
      { WORKBENCH_AWS_REGION: "us-east-1", WORKBENCH_AWS_AVAILABILITY_ZONE: "us-east-1a" },
      "error: service: expected grand-central in the cluster workbench-local-ecs in us-east-1, got none; run `",
    ],
    [
      "no credentials",
      rollback,
      { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
      "error: STS's GetCallerIdentity in eu-west-1: expected credentials of the environment, got none that are valid",
    ],
    [
      "no Dockerfile",
      ["grand-central", "--context", context],
      {},
      `error: --context: expected a Dockerfile in ${context}, got none; write one, or name another folder`,
    ],
    ["no context", ["grand-central", "--context", "nowhere"], {}, "error: --context: expected a folder, got /"],
    [
      "nobody listens",
      rollback,
      { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
      "it cannot be reached (connect ECONNREFUSED",
    ],
  ])("fails in one sentence: %s", async (_, args, changes, sentence) => {
    const { exitCode, said } = await release(args, changes);
    expect(said).toContain(sentence);
    expect(said.split("\n").filter((line) => line.startsWith("error: "))).toHaveLength(1);
    expect(said).not.toMatch(/^\s+at /m);
    expect(exitCode).toBe(1);
  });
});

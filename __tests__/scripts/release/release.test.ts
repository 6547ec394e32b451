import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { release } from "../../../scripts/release/release";
import type { ReleaseRequest, Source } from "../../../scripts/release/request";
import { CommandError } from "../../../scripts/support/command-error";
import { temporaryFolder } from "../../temporary-folder";
import { digest, imageOf, Killed } from "./fake-ecs";
import { parameters, World } from "./release-world";

let world: World;
beforeEach(() => {
  world = new World();
});
const run = (source: Source, more: Partial<ReleaseRequest> = {}) =>
  release(world.place, { service: "app", source, dryRun: false, yes: false, ...more }, world.ui);
const image = (letter: string): Source => ({ kind: "image", image: digest(letter) });

describe("a release", () => {
  test("runs the image, writes it for Terraform, and says how to go back", async () => {
    await run(image("b"));
    expect([world.running, world.values[parameters.image], world.values[parameters.underWay]]).toEqual([
      "b",
      digest("b"),
      "none",
    ]);
    expect(world.printed).toEqual([
      "app: v-b (sha256:bbbbbbbbbbbb) runs as revision 2.\nBack to revision 1: npm run release -- app --rollback 1",
    ]);
  });

  test("tells start and end", async () => {
    await run(image("b"));
    expect(world.told).toEqual([
      `app: arn:aws:iam::123456789012:user/me begins to release ${digest("b")}.`,
      expect.stringMatching(/^app: v-b .* runs as revision 2\./),
    ]);
  });

  test("writes the image when one was cut off before it did", async () => {
    world.values[parameters.image] = digest("c");
    await run(image("a"));
    expect([world.values[parameters.image], world.ecs.done]).toEqual([digest("a"), []]);
  });

  test("fails with what the containers said and what runs now, and tells it", async () => {
    world.ecs.behaviours.set(imageOf("b").uri, "never starts");
    const sentence =
      "app: expected v-b (sha256:bbbbbbbbbbbb) to run, got a failure (ECS went back); " +
      "revision 1 runs, with v-a (sha256:aaaaaaaaaaaa)";
    await expect(run(image("b"))).rejects.toThrow(sentence);
    expect(world.printed.join("\n")).toContain("app:\n    app cannot find its file");
    expect(world.told.at(-1)).toContain(sentence);
    expect(world.values).toEqual({ [parameters.image]: digest("a"), [parameters.underWay]: "none" });
  });
});

describe("a release that cannot begin", () => {
  afterEach(() => {
    // Nobody is told, and no other release is kept away.
    expect([world.told, Object.keys(world.versions), world.ecs.done]).toEqual([[], [], []]);
  });

  test("fails for an image that is none", async () => {
    await expect(run({ kind: "image", image: "nonsense" })).rejects.toThrow(
      '--image: expected an image by its digest, such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/workbench-local-app@sha256:…, got "nonsense"',
    );
  });

  test("fails without Docker if there is something to build", async () => {
    const context = temporaryFolder("context-");
    writeFileSync(path.join(context, "Dockerfile"), "FROM scratch\n");
    await expect(run({ kind: "context", folder: context, rebuild: false })).rejects.toThrow("expected no Docker");
  });
});

describe("a release after one that was cut off", () => {
  beforeEach(async () => {
    world.images.push({ digest: digest("c"), tags: ["v-c"], pushedAt: new Date() });
  });

  test("goes back to the last release if the other never became steady", async () => {
    world.ecs.behaviours.set(imageOf("b").uri, "hangs").set(imageOf("c").uri, "ends");
    world.ecs.kill(2, "after");
    await expect(run(image("b"))).rejects.toThrow(Killed);
    await expect(run(image("c"))).rejects.toThrow("revision 1 runs, with v-a (sha256:aaaaaaaaaaaa)");
    expect([world.running, world.values[parameters.image]]).toEqual(["a", digest("a")]);
  });

  test("goes back to the other if that runs, and tells Terraform", async () => {
    world.ecs.behaviours.set(imageOf("c").uri, "ends");
    world.ecs.kill(2, "after");
    await expect(run(image("b"))).rejects.toThrow(Killed);
    for (const _ of [1, 2]) await world.place.service.status();
    await expect(run(image("c"))).rejects.toThrow("revision 2 runs, with v-b (sha256:bbbbbbbbbbbb)");
    expect([world.running, world.values[parameters.image]]).toEqual(["b", digest("b")]);
  });
});

describe("a release whose end is lost", () => {
  test("fails if Terraform cannot be told, and says what to do", async () => {
    const { write } = world.place.parameters;
    world.place.parameters.write = (name, value) =>
      name === parameters.image ? Promise.reject(new CommandError("SSM: no")) : write(name, value);
    await expect(run(image("b"))).rejects.toThrow(
      "app: v-b (sha256:bbbbbbbbbbbb) runs as revision 2, but Terraform does not know it (SSM: no): run the same " +
        "command again, since the next deploy would start another version",
    );
  });

  test("still says that it failed if nobody can read what the containers said", async () => {
    world.ecs.behaviours.set(imageOf("b").uri, "never starts");
    world.place.logs.tail = () => Promise.reject(new CommandError("CloudWatch Logs: no"));
    await expect(run(image("b"))).rejects.toThrow("got a failure (ECS went back)");
    expect(world.printed).toContain("What the containers said cannot be read: CloudWatch Logs: no");
  });
});

describe("a rollback", () => {
  beforeEach(() => run(image("b")));

  test("lists the revisions, asks, and goes back to the image before as a new revision", async () => {
    await run({ kind: "rollback" });
    expect(world.printed.join("\n")).toMatch(/1 +│ v-a/);
    expect(world.asked).toEqual(["Go back to revision 1, v-a (sha256:aaaaaaaaaaaa)?"]);
    expect([world.running, world.ecs.runs, world.values[parameters.image]]).toEqual(["a", 3, digest("a")]);
  });

  test("of a rollback is the version that was rolled back", async () => {
    await run({ kind: "rollback" }, { yes: true });
    await run({ kind: "rollback" }, { yes: true });
    expect([world.running, world.asked]).toEqual(["b", []]);
  });

  test("does not ask when it is told a revision", async () => {
    await run({ kind: "rollback", revision: 1 });
    expect([world.running, world.asked]).toEqual(["a", []]);
  });

  test("takes no revision that was never released, since its release was cut off", async () => {
    world.ecs.add(imageOf("a").uri);
    await run({ kind: "rollback" }, { yes: true });
    expect(world.printed.join("\n")).toContain("Back to revision 2");
    expect([world.running, world.ecs.registered]).toEqual(["a", [1, 2, 4]]);
  });

  test("goes to the revision that was confirmed, even if somebody releases meanwhile", async () => {
    const confirm = async () => void world.ecs.add(imageOf("b").uri);
    const request = { service: "app", source: { kind: "rollback" as const }, dryRun: false, yes: false };
    await release(world.place, request, { ...world.ui, confirm });
    expect(world.running).toBe("a");
  });

  test("fails before anything changes when the image is gone", async () => {
    world.images = world.images.filter(({ digest: each }) => each !== digest("a"));
    const before = [...world.ecs.done];
    await expect(run({ kind: "rollback", revision: 1 })).rejects.toThrow(/is gone; there is none to go back to$/);
    expect([world.ecs.done, world.running]).toEqual([before, "b"]);
  });
});

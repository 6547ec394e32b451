import { beforeEach, describe, expect, test } from "vitest";
import type { RegistryImage } from "../../../scripts/release/registry";
import { type ReleasePlace, rehearse, release, type Ui } from "../../../scripts/release/release";
import type { ReleaseRequest, Source } from "../../../scripts/release/request";
import type { ReleaseTarget } from "../../../scripts/release/target";
import { digest, FakeEcs, imageOf } from "./fake-ecs";

const parameters = { image: "/workbench-local/ecs/app/image", underWay: "/workbench-local/ecs/app/release" };
const target: ReleaseTarget = {
  service: "app",
  region: "eu-west-1",
  profile: null,
  cluster: "workbench-local-ecs",
  family: "workbench-local-app",
  repository: "workbench-local-app",
  logGroup: "/workbench-local/app",
  parameters,
  platform: "linux/amd64",
  environment: "default",
  deployCommand: "npx cdktf deploy ecs-data ecs",
};

/** A service that runs `a`, whose repository has `a` and `b`. */
class World {
  readonly ecs = new FakeEcs(imageOf("a").uri);
  readonly values: Record<string, string> = { [parameters.image]: digest("a"), [parameters.underWay]: "none" };
  readonly versions: Record<string, number> = {};
  readonly told: string[] = [];
  readonly printed: string[] = [];
  readonly asked: string[] = [];
  images: RegistryImage[] = ["a", "b"].map((letter) => ({
    digest: digest(letter),
    tags: [`v-${letter}`],
    pushedAt: new Date(),
  }));

  readonly place: ReleasePlace = {
    ...this.ecs.place,
    target,
    caller: { arn: "arn:aws:iam::123456789012:user/me", accountId: "123456789012" },
    registry: {
      find: async (id) =>
        this.images.find((image) =>
          "imageTag" in id ? image.tags.includes(id.imageTag) : image.digest === id.imageDigest,
        ),
      images: async () => this.images,
      login: () => Promise.reject(new Error("expected no login")),
      tag: () => Promise.reject(new Error("expected no tag")),
    },
    parameters: {
      read: async (name) => ({ value: this.values[name] ?? "", version: this.versions[name] ?? 1, at: new Date() }),
      write: async (name, value) => {
        this.values[name] = value;
        this.versions[name] = (this.versions[name] ?? 1) + 1;
        return this.versions[name];
      },
    },
    logs: { tail: async (container) => [`${container} cannot find its file`] },
    docker: () => Promise.reject(new Error("expected no Docker")),
    tell: async (text) => void this.told.push(text),
  };

  readonly ui: Ui = {
    step: (_title, work) =>
      work(
        () => undefined,
        () => undefined,
      ),
    print: (text) => void this.printed.push(text),
    confirm: async (question) => void this.asked.push(question),
  };

  run(source: Source, more: Partial<ReleaseRequest> = {}): Promise<void> {
    return release(this.place, { service: "app", source, dryRun: false, yes: false, ...more }, this.ui);
  }

  get running(): string | undefined {
    return this.ecs.all.find(({ number }) => number === this.ecs.runs)?.image.slice(-1);
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});
const image = (letter: string): Source => ({ kind: "image", image: digest(letter) });

describe("a release", () => {
  test("runs the image, writes it for Terraform, and says how to go back", async () => {
    await world.run(image("b"));
    expect([world.running, world.values[parameters.image], world.values[parameters.underWay]]).toEqual([
      "b",
      digest("b"),
      "none",
    ]);
    expect(world.printed).toEqual([
      "app: v-b (sha256:bbbbbbbbbbbb) runs as revision 2. Back to revision 1: npm run release -- app --rollback 1",
    ]);
  });

  test("tells start and end", async () => {
    await world.run(image("b"));
    expect(world.told).toEqual([
      `app: arn:aws:iam::123456789012:user/me begins to release ${digest("b")}.`,
      expect.stringMatching(/^app: v-b .* runs as revision 2\./),
    ]);
  });

  test("writes the image when one was cut off before it did", async () => {
    world.values[parameters.image] = digest("c");
    await world.run(image("a"));
    expect([world.values[parameters.image], world.ecs.done]).toEqual([digest("a"), []]);
  });

  test("fails with what the containers said and what runs now, and tells it", async () => {
    world.ecs.behaviours.set(imageOf("b").uri, "never starts");
    const sentence =
      "app: expected v-b (sha256:bbbbbbbbbbbb) to run, got a failure (ECS went back); " +
      "revision 1 runs, with v-a (sha256:aaaaaaaaaaaa)";
    await expect(world.run(image("b"))).rejects.toThrow(sentence);
    expect(world.printed.join("\n")).toContain("app:\n    app cannot find its file");
    expect(world.told.at(-1)).toContain(sentence);
    expect(world.values).toEqual({ [parameters.image]: digest("a"), [parameters.underWay]: "none" });
  });
});

describe("a rollback", () => {
  beforeEach(() => world.run(image("b")));

  test("lists the revisions, asks, and goes back to the image before as a new revision", async () => {
    await world.run({ kind: "rollback" });
    expect(world.printed.join("\n")).toMatch(/1 +│ v-a/);
    expect(world.asked).toEqual(["Go back to revision 1, v-a (sha256:aaaaaaaaaaaa)?"]);
    expect([world.running, world.ecs.runs, world.values[parameters.image]]).toEqual(["a", 3, digest("a")]);
  });

  test("of a rollback is the version that was rolled back", async () => {
    await world.run({ kind: "rollback" }, { yes: true });
    await world.run({ kind: "rollback" }, { yes: true });
    expect([world.running, world.asked]).toEqual(["b", []]);
  });

  test("does not ask when it is told a revision", async () => {
    await world.run({ kind: "rollback", revision: 1 });
    expect([world.running, world.asked]).toEqual(["a", []]);
  });

  test("fails before anything changes when the image is gone", async () => {
    world.images = world.images.filter(({ digest: each }) => each !== digest("a"));
    const before = [...world.ecs.done];
    await expect(world.run({ kind: "rollback", revision: 1 })).rejects.toThrow(/is gone; there is none to go back to$/);
    expect([world.ecs.done, world.running]).toEqual([before, "b"]);
  });
});

describe("a rehearsal", () => {
  test("says what a release would do, and changes nothing", async () => {
    await rehearse(world.place, { service: "app", source: image("b"), dryRun: true, yes: false }, world.ui);
    expect(world.printed.join("\n")).toContain("take v-b (sha256:bbbbbbbbbbbb)");
    expect([world.ecs.done, world.told, Object.keys(world.versions)]).toEqual([[], [], []]);
  });

  test("fails for an image that is not there, as the release would", async () => {
    const request = { service: "app", source: image("c"), dryRun: true, yes: false };
    await expect(rehearse(world.place, request, world.ui)).rejects.toThrow("which is not there; push it");
  });
});

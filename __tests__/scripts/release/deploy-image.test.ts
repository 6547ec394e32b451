import { describe, expect, test } from "vitest";
import { deployImage } from "../../../scripts/release/deploy-image";
import { digest, FakeEcs, imageOf, Killed } from "./fake-ecs";

const [a, b] = [imageOf("a"), imageOf("b")];
const deploy = (ecs: FakeEcs, image = b, released: string | undefined = a.uri) =>
  deployImage(ecs.place, image, released, () => undefined);

describe("a deployment of an image", () => {
  test("registers a revision, and returns when it runs", async () => {
    const ecs = new FakeEcs(a.uri);
    expect(await deploy(ecs)).toMatchObject({
      revision: { number: 2 },
      before: { number: 1 },
      outcome: { kind: "runs" },
    });
    expect(ecs.done).toEqual(["register b", "deploy 2"]);
  });

  test("starts a service that ran nothing yet", async () => {
    const ecs = new FakeEcs(undefined);
    await deploy(ecs, a, undefined);
    expect([ecs.runs, ecs.desiredCount]).toEqual([2, 1]);
  });

  test("changes nothing if the image runs already", async () => {
    const ecs = new FakeEcs(a.uri);
    expect((await deploy(ecs, a)).outcome.kind).toBe("runs");
    expect(ecs.done).toEqual([]);
  });

  test("takes back what another release left that was cut off, but not what a deploy registered", async () => {
    const ecs = new FakeEcs(a.uri);
    ecs.add(imageOf("c").uri);
    ecs.add(a.uri);
    await deploy(ecs);
    expect(ecs.registered).toEqual([1, 3, 4]);
  });

  /** With a connection that is lost for some looks, once the deployment has begun. */
  const losing = (looks: number) => {
    const ecs = new FakeEcs(a.uri);
    const { deploy: begin } = ecs.place.service;
    ecs.place.service.deploy = async (...args) => {
      await begin(...args);
      ecs.unanswered = looks;
    };
    return ecs;
  };

  test("waits while AWS does not answer", async () => {
    expect((await deploy(losing(5))).outcome.kind).toBe("runs");
  });

  test("fails when AWS does not answer for minutes, and says that ECS goes on", async () => {
    await expect(deploy(losing(10))).rejects.toThrow(
      "it cannot be reached. ECS goes on with it: run the same command again to see how it ends",
    );
  });

  test("fails if the digest that runs is another", async () => {
    const ecs = new FakeEcs(a.uri);
    ecs.otherDigest = digest("c");
    await expect(deploy(ecs)).rejects.toThrow(`app: expected the digest ${digest("b")} to run, got ${digest("c")}`);
  });
});

describe("a deployment that fails", () => {
  const failing = (behaviour: "never starts" | "ends" | "hangs") => {
    const ecs = new FakeEcs(a.uri);
    ecs.behaviours.set(b.uri, behaviour);
    return ecs;
  };

  test("leaves what ran before, and no revision: ECS went back", async () => {
    const ecs = failing("never starts");
    expect((await deploy(ecs)).outcome).toEqual({ kind: "replaced", by: "arn:1" });
    expect([ecs.runs, ecs.registered]).toEqual([1, [1]]);
    expect(ecs.done).toEqual(["register b", "deploy 2", "deregister 2"]);
  });

  test("is ended after three tries if each ran for a moment, for which ECS would go on for ever", async () => {
    const ecs = failing("ends");
    expect((await deploy(ecs)).outcome).toEqual({ kind: "failed", why: "it ended 3 times" });
    expect([ecs.runs, ecs.registered, ecs.desiredCount]).toEqual([1, [1], 1]);
  });

  test("is ended after a while", async () => {
    const ecs = failing("hangs");
    expect((await deploy(ecs)).outcome).toEqual({ kind: "failed", why: "it was not steady within 26 minutes" });
    expect([ecs.runs, ecs.registered]).toEqual([1, [1]]);
  });

  test("of a first version leaves a service that runs nothing, as before", async () => {
    const ecs = new FakeEcs(undefined);
    ecs.behaviours.set(b.uri, "never starts");
    expect((await deploy(ecs, b, undefined)).outcome).toMatchObject({ kind: "failed" });
    expect([ecs.runs, ecs.registered, ecs.desiredCount]).toEqual([1, [1], 0]);
  });

  test("says so if somebody else deployed meanwhile, and leaves that", async () => {
    const ecs = failing("hangs");
    const running = deploy(ecs);
    await Promise.resolve();
    ecs.place.service.deploy = async () => ecs.deployByOther(imageOf("c").uri);
    expect(await running).toMatchObject({ outcome: { kind: "replaced", by: "arn:3" } });
    expect(ecs.runs).toBe(3);
  });
});

describe("a deployment that is cut off, and begun again", () => {
  const cuts = [1, 2].flatMap((at) => (["before", "after"] as const).map((when) => [when, at] as const));

  test.each(cuts)("%s its change %i: ends like one that was not", async (when, at) => {
    const ecs = new FakeEcs(a.uri);
    ecs.kill(at, when);
    await expect(deploy(ecs)).rejects.toThrow(Killed);
    expect(await deploy(ecs)).toMatchObject({ outcome: { kind: "runs" } });
    expect(ecs.all.find(({ number }) => number === ecs.runs)?.image).toBe(b.uri);
    expect(ecs.registered).toEqual([1, ecs.runs]);
  });

  test.each(["before", "after"] as const)("%s it takes back what failed: ends like one that was not", async (when) => {
    const ecs = new FakeEcs(a.uri);
    ecs.behaviours.set(b.uri, "never starts");
    ecs.kill(3, when);
    await expect(deploy(ecs)).rejects.toThrow(Killed);
    expect((await deploy(ecs)).outcome.kind).toBe("replaced");
    expect([ecs.runs, ecs.registered]).toEqual([1, [1]]);
  });

  test("while it waits: the next one follows it, knows what ran before, and goes back to that", async () => {
    const ecs = new FakeEcs(a.uri);
    ecs.behaviours.set(b.uri, "ends");
    ecs.kill(2, "after");
    await expect(deploy(ecs)).rejects.toThrow(Killed);
    expect(await deploy(ecs)).toMatchObject({ before: { number: 1 }, outcome: { kind: "failed" } });
    expect([ecs.runs, ecs.registered]).toEqual([1, [1]]);
  });

  test("while the first version is tried: the next one ends that, and nothing runs, as before", async () => {
    const ecs = new FakeEcs(undefined);
    ecs.behaviours.set(b.uri, "never starts");
    ecs.kill(2, "after");
    await expect(deployImage(ecs.place, b, undefined, () => undefined)).rejects.toThrow(Killed);
    const { outcome } = await deployImage(ecs.place, b, undefined, () => undefined);
    expect(outcome).toEqual({ kind: "failed", why: "ECS gave it up" });
    expect([ecs.runs, ecs.registered, ecs.desiredCount]).toEqual([1, [1], 0]);
  });
});

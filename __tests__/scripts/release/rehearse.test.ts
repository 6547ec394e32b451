import { beforeEach, describe, expect, test } from "vitest";
import { rehearse } from "../../../scripts/release/rehearse";
import type { Source } from "../../../scripts/release/request";
import { digest, imageOf } from "./fake-ecs";
import { World } from "./release-world";

let world: World;
beforeEach(() => {
  world = new World();
});
const image = (letter: string): Source => ({ kind: "image", image: digest(letter) });
const run = (source: Source) => rehearse(world.place, { service: "app", source, dryRun: true, yes: false }, world.ui);

describe("a rehearsal", () => {
  test("says what a release would do, and changes nothing", async () => {
    await run(image("b"));
    expect(world.printed.join("\n")).toContain("take v-b (sha256:bbbbbbbbbbbb)");
    expect([world.ecs.done, world.told, Object.keys(world.versions)]).toEqual([[], [], []]);
  });

  test("fails for an image that is not there, as the release would", async () => {
    await expect(run(image("c"))).rejects.toThrow("which is not there; push it");
  });

  test("says that nothing is started when the image runs", async () => {
    await run(image("a"));
    expect(world.printed).toEqual([
      "A release would:\n  take v-a (sha256:aaaaaaaaaaaa)\n  start nothing: revision 1 has it\nNothing was changed.",
    ]);
  });

  test("of a rollback lists the revisions, and does not ask", async () => {
    world.ecs.add(imageOf("b").uri);
    await run({ kind: "rollback", revision: 2 });
    expect(world.printed[0]).toMatch(/2 +│ v-b/);
    expect([world.printed[1], world.asked]).toEqual([
      expect.stringContaining("  take v-b (sha256:bbbbbbbbbbbb)\n"),
      [],
    ]);
  });
});

/**
 * @module-tag ebs
 * @module-tag ec2
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../../scripts/support/project";
import { LOCAL_AWS } from "../../../scripts/testing/end-processes";
import { sweepAbandonedPlaces } from "../../../scripts/testing/place";
import { temporaryFolder } from "../../temporary-folder";
import { checksums, writeFiles } from "../data";
import { leftovers } from "../leftovers";
import { describeWithMachines } from "../machines";
import { until } from "../until";
import { Workbench } from "../workbench";

/** Spread over a story of several minutes: from before its local AWS runs until its machines come and go. */
const KILLS = 24;
const STEP_MS = 4_000;
const STORY = "__tests__/lifecycle/ec2/interruptions.test.ts";

/** The processes to kill, in turn. The processes that survive do the sweep. */
const KINDS = ["everything", "everything but the local AWS and its machines", "the story alone"] as const;

/** After a kill at any point, the next run cleans everything that the story left, and nothing else. */
describeWithMachines("stories that are killed", () => {
  let neighbour: Workbench;
  let sums: string;
  let withLocalAws = 0;

  beforeAll(async () => {
    neighbour = await Workbench.start();
    await neighbour.deploy("ebs");
    await neighbour.deploy("ec2");
    sums = await writeFiles(neighbour, "work");
  });
  afterAll(() => neighbour?.end());

  const kills = Array.from({ length: KILLS }, (_, index) => ({
    afterMs: (index + 1) * STEP_MS,
    kind: KINDS[index % KINDS.length] ?? "everything",
  }));
  test.each(kills)("with SIGKILL after $afterMs ms: $kind", async ({ afterMs, kind }) => {
    const folder = temporaryFolder("killed-");
    const vitest = path.join(projectRoot, "node_modules", ".bin", "vitest");
    const story = execa(vitest, ["run", "--project", "lifecycle", STORY], {
      cwd: projectRoot,
      env: { TMPDIR: folder },
      detached: true,
      reject: false,
      stdio: "ignore",
    });
    await sleep(afterMs);
    const places = readdirSync(folder).filter((name) => name.startsWith("workbench-test-"));
    const homes = places.map((name) => path.join(folder, name, "local-aws"));
    withLocalAws += homes.filter((home) => existsSync(home)).length;
    if (kind === "the story alone") {
      process.kill(-(story.pid ?? Number.NaN), "SIGKILL");
      await until("the sweep by what survives", async () =>
        readdirSync(folder).every((name) => !name.startsWith("workbench-test-")),
      );
    } else {
      const spared = kind === "everything" ? undefined : LOCAL_AWS;
      await until("the end of every process of the story", async () => killAllOf(folder, spared) === 0);
    }
    await story;

    // The kernel may keep a killed process's claim on a place for a moment. Another test run may sweep a place just now.
    await until("the sweep of the story's places", async () => {
      expect(await sweepAbandonedPlaces()).toEqual([]);
      return homes.every((home) => !existsSync(path.dirname(home)));
    });
    for (const home of homes) expect(await leftovers({ home })).toEqual([]);
    expect(await checksums(neighbour, "work")).toBe(sums);
  });

  test("most had a local AWS when they were killed, and the neighbour's plans are still empty", async () => {
    expect(withLocalAws).toBeGreaterThan(KILLS / 2);
    for (const stack of ["ebs", "ec2"]) expect((await neighbour.plan(stack)).changes).toBe("");
  });
});

/**
 * Kills every process with a folder in its environment or command line, including those that would sweep it.
 *
 * @returns how many there were
 */
function killAllOf(folder: string, spared: RegExp | undefined): number {
  let killed = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
      if (!`${command}${environment}`.includes(folder) || spared?.test(command)) continue;
      process.kill(Number(pid), "SIGKILL");
      killed += 1;
    } catch {
      // It has just ended.
    }
  }
  return killed;
}

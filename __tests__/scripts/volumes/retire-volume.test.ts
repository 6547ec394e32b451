import { beforeEach, describe, expect, it } from "vitest";
import { type Place, prepareRetirement, retireVolume, snapshotOfRetired } from "../../../scripts/volumes/retire-volume";
import type { NumberedVolume, RetirementSnapshot } from "../../../scripts/volumes/volume-account";

class Killed extends Error {}

/** How often a snapshot is read before it is complete. */
const PENDING_READS = 2;

/** EC2 and a state, as plain data. A change can be the last that happens before the command is killed. */
class World {
  readonly volumes = new Map<string, NumberedVolume>();
  readonly snapshots = new Map<string, RetirementSnapshot>();
  readonly state = new Set<string>();
  /** What the command did, in order. */
  readonly done: string[] = [];
  private time = 0;
  private killAfter = Number.POSITIVE_INFINITY;
  private killWhen: "before" | "after" = "before";
  private reads = 0;

  constructor(count = 3) {
    for (let index = 0; index < count; index++) this.addVolume(`vol-${index}`, index);
  }

  addVolume(id: string, index: number, more: Partial<NumberedVolume> = {}): void {
    this.volumes.set(id, { id, index, sizeGiB: 1, attachedTo: [], tags: {}, ...more });
    this.state.add(id);
  }

  change(id: string, change: Partial<NumberedVolume>): void {
    this.volumes.set(id, { ...(this.volumes.get(id) as NumberedVolume), ...change });
  }

  /** Kills the command at its nth change from now: before it, or after it but before the command knows. */
  kill(at: number, when: "before" | "after"): void {
    this.killAfter = this.done.length + at;
    this.killWhen = when;
  }

  private act<Result>(what: string, effect: () => Result): Promise<Result> {
    const last = this.done.length + 1 === this.killAfter;
    if (last && this.killWhen === "before") return this.die();
    const result = effect();
    this.done.push(what);
    return last ? this.die() : Promise.resolve(result);
  }

  private die(): Promise<never> {
    this.killAfter = Number.POSITIVE_INFINITY;
    return Promise.reject(new Killed());
  }

  readonly place: Place = {
    environment: "local",
    users: ["archive"],
    now: () => `time ${this.time++}`,
    pause: async () => undefined,
    account: {
      volumes: async () => [...this.volumes.values()],
      retirementSnapshots: async () => [...this.snapshots.values()],
      snapshot: async (id) => {
        const snapshot = this.snapshots.get(id) as RetirementSnapshot;
        if (snapshot.state === "pending" && ++this.reads > PENDING_READS) {
          this.snapshots.set(id, { ...snapshot, state: "completed" });
        }
        return this.snapshots.get(id) as RetirementSnapshot;
      },
      mark: (id, since) => this.act("mark", () => this.change(id, { retiringSince: since })),
      takeSnapshot: ({ id: volumeId, index }, since) =>
        this.act("take a snapshot", () => {
          const id = `snap-${this.snapshots.size}`;
          this.snapshots.set(id, { id, volumeId, state: "pending", progress: "0%", index, retiredSince: since });
          return id;
        }),
      delete: (id) =>
        this.act("delete", () => {
          const complete = [...this.snapshots.values()].some(
            (each) => each.volumeId === id && each.state === "completed",
          );
          if (!complete) throw new Error("its data is lost");
          this.volumes.delete(id);
        }),
    },
    state: {
      addressesOf: async (id) => (this.state.has(id) ? [id] : []),
      forget: ([id = ""]) => this.act("forget", () => void this.state.delete(id)),
    },
  };

  /** What the command does with the answers of its functions. */
  async retire(index: number): Promise<string> {
    const before = await snapshotOfRetired(this.place, index);
    if (before) return before.id;
    return retireVolume(this.place, await prepareRetirement(this.place, index, "archive-data"), () => undefined);
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});

const CHANGES = ["mark", "take a snapshot", "forget", "delete"] as const;

describe("retiring a volume", () => {
  it("waits for the snapshot before it takes the volume out of the state, and deletes the volume last", async () => {
    expect(await world.retire(2)).toBe("snap-0");
    expect(world.done).toEqual(CHANGES);
    expect(world.snapshots.get("snap-0")?.state).toBe("completed");
    expect([...world.volumes.keys()]).toEqual(["vol-0", "vol-1"]);
    expect([...world.state]).toEqual(["vol-0", "vol-1"]);
  });

  it.each(
    CHANGES.flatMap((change, index) => [
      { change, when: "before" as const, at: index + 1 },
      { change, when: "after" as const, at: index + 1 },
    ]),
  )("killed $when '$change', finishes at the second run, with one snapshot", async ({ at, when }) => {
    world.kill(at, when);
    await expect(world.retire(2)).rejects.toThrow(Killed);
    expect(await world.retire(2)).toBe("snap-0");
    expect([...world.snapshots.values()]).toMatchObject([{ volumeId: "vol-2", state: "completed" }]);
    expect([...world.volumes.keys()]).toEqual(["vol-0", "vol-1"]);
    expect([...world.state]).toEqual(["vol-0", "vol-1"]);
  });

  it("once done, says so again and changes nothing", async () => {
    await world.retire(2);
    expect(await world.retire(2)).toBe("snap-0");
    expect(world.done).toEqual(CHANGES);
  });

  it.each<[string, number, () => unknown, string]>([
    [
      "it is not the last one",
      1,
      () => undefined,
      "data volume 1: expected the last one, got data volume 2 (vol-2) after",
    ],
    [
      "there is none",
      7,
      () => undefined,
      "data volume 7: expected a volume of stack archive-data, got none; there are",
    ],
    [
      "a machine has it",
      2,
      () => world.change("vol-2", { attachedTo: ["i-1"] }),
      "data volume 2: expected no machine to have vol-2, got i-1; first set the number of volumes of archive to 2 " +
        "and run `npm run local -- npx cdktf deploy archive`",
    ],
    [
      "a machine has it, and no stack uses it",
      2,
      () => {
        Object.assign(world.place, { users: [] });
        world.change("vol-2", { attachedTo: ["i-1"] });
      },
      "data volume 2: expected no machine to have vol-2, got i-1; unmount it there and detach it first",
    ],
    [
      "the state does not know it: it is half-made, or another state has it",
      2,
      () => world.state.delete("vol-2"),
      "data volume 2: expected the state of stack archive-data to have vol-2, got a state without it; deploy",
    ],
    [
      "two have the number",
      2,
      () => world.addVolume("vol-other", 2),
      "data volume 2: expected one volume, got data volume 2 (vol-2) and data volume 2 (vol-other)",
    ],
  ])("fails if %s, and changes nothing", async (_, index, prepare, sentence) => {
    prepare();
    await expect(world.retire(index)).rejects.toThrow(sentence);
    expect(world.done).toEqual([]);
  });

  it("fails if a machine got the volume while the snapshot was taken; the next run takes a new one", async () => {
    const { takeSnapshot } = world.place.account;
    Object.assign(world.place.account, {
      takeSnapshot: async (...args: Parameters<typeof takeSnapshot>) => {
        const id = await takeSnapshot(...args);
        world.change("vol-2", { attachedTo: ["i-1"] });
        return id;
      },
    });
    await expect(world.retire(2)).rejects.toThrow("expected no machine to have vol-2, got i-1");
    expect(world.volumes.has("vol-2") && world.state.has("vol-2")).toBe(true);
    Object.assign(world.place.account, { takeSnapshot });
    world.change("vol-2", { attachedTo: [] });
    expect(await world.retire(2)).toBe("snap-1");
  });

  it("fails if somebody took the mark away; the next run takes a new snapshot", async () => {
    const { takeSnapshot } = world.place.account;
    Object.assign(world.place.account, {
      takeSnapshot: async (...args: Parameters<typeof takeSnapshot>) => {
        const id = await takeSnapshot(...args);
        world.change("vol-2", { retiringSince: undefined });
        return id;
      },
    });
    await expect(world.retire(2)).rejects.toThrow("with the tag Retiring=time 0, got a change by somebody else");
    Object.assign(world.place.account, { takeSnapshot });
    expect(await world.retire(2)).toBe("snap-1");
  });

  it("fails if the snapshot failed, and keeps the volume; the next run takes a new one", async () => {
    const { snapshot } = world.place.account;
    Object.assign(world.place.account, {
      snapshot: async (id: string) => {
        const failed = { ...(await snapshot(id)), state: "error" };
        world.snapshots.delete(id);
        return failed;
      },
    });
    await expect(world.retire(2)).rejects.toThrow("the snapshot snap-0 failed (error); run the command again");
    expect(world.volumes.has("vol-2") && world.state.has("vol-2")).toBe(true);
    Object.assign(world.place.account, { snapshot });
    await world.retire(2);
    expect(world.done).toEqual(["mark", "take a snapshot", "take a snapshot", "forget", "delete"]);
  });

  it("finishes with the old volume if a deploy made another with its number in between", async () => {
    world.kill(4, "before");
    await expect(world.retire(2)).rejects.toThrow(Killed);
    world.addVolume("vol-new", 2);
    await world.retire(2);
    expect([...world.volumes.keys()]).toEqual(["vol-0", "vol-1", "vol-new"]);
    expect([...world.state]).toEqual(["vol-0", "vol-1", "vol-new"]);
  });
});

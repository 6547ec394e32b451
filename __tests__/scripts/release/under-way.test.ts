import { hostname } from "node:os";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { whileAlone } from "../../../scripts/release/under-way";

const name = "/workbench-local/ecs/app/release";

/** The Parameter Store, with all versions of one parameter. */
class Store {
  readonly versions = ["none"];
  at = new Date();
  /** What somebody writes between a read and the write that follows it. */
  between: string | undefined;

  async read(asked: string) {
    const version = Number(asked.split(":")[1] ?? this.versions.length);
    return { value: this.versions[version - 1] ?? "", version, at: this.at };
  }

  async write(_name: string, value: string): Promise<number> {
    if (this.between !== undefined) this.versions.push(this.between);
    this.between = undefined;
    this.at = new Date();
    return this.versions.push(value);
  }

  get now(): string | undefined {
    return this.versions.at(-1);
  }
}

const other = (more: object = {}) =>
  JSON.stringify({
    what: "v1",
    by: "arn:aws:iam::1:user/other",
    since: "2026-11-28T10:00:00Z",
    computer: "elsewhere",
    processes: "",
    process: 1,
    ...more,
  });
const refusal =
  /^expected no other release of the service, got v1 by arn:aws:iam::1:user\/other on elsewhere since 2026-11-28T10:00:00Z; wait until it ends/;

describe("one release at a time", () => {
  let store: Store;
  beforeEach(() => {
    store = new Store();
    whileItWaits = () => undefined;
  });
  afterEach(() => vi.useRealTimers());
  const run = (work: () => Promise<unknown> = async () => "done") =>
    whileAlone(store, name, { what: "v2", by: "arn:aws:iam::1:user/me" }, work, async () => whileItWaits());
  let whileItWaits: () => void;

  test("says who releases what while it runs, and then that nobody does", async () => {
    let during = "";
    await run(async () => {
      during = store.now ?? "";
    });
    expect(JSON.parse(during)).toMatchObject({ what: "v2", by: "arn:aws:iam::1:user/me", computer: hostname() });
    expect(store.now).toBe("none");
  });

  test("says that nobody does when it failed, too", async () => {
    await expect(run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(store.now).toBe("none");
  });

  test("fails while another one is under way, and names it", async () => {
    store.versions.push(other());
    await expect(run()).rejects.toThrow(refusal);
    expect(store.now).toBe(other());
  });

  test("fails if another one began at the same moment, and leaves what that one says", async () => {
    store.between = other();
    await expect(run()).rejects.toThrow(refusal);
    expect(store.now).toBe(other());
  });

  test("goes on when its own first word is written twice, since the answer was lost", async () => {
    const write = store.write.bind(store);
    store.write = async (parameter, value) => {
      store.write = write;
      await write(parameter, value);
      return write(parameter, value);
    };
    expect(await run()).toBe("done");
    expect(store.now).toBe("none");
  });

  test("goes on after one that said nothing for a while", async () => {
    store.versions.push(other());
    store.at = new Date(Date.now() - 91_000);
    expect(await run()).toBe("done");
  });

  test("fails if that one gives a sign of life after all: a clock was wrong", async () => {
    store.versions.push(other());
    store.at = new Date(Date.now() - 91_000);
    whileItWaits = () => void store.versions.push(other());
    await expect(run()).rejects.toThrow(refusal);
    expect(store.now).toBe(other());
  });

  /** What a release of this test's own process says. */
  const here = async () => {
    let own = "";
    await run(async () => {
      own = store.now ?? "";
    });
    return JSON.parse(own);
  };

  test("goes on at once after one on this computer whose process is gone", async () => {
    store.versions.push(JSON.stringify({ ...(await here()), process: 2 ** 22 + 1 }));
    expect(await run()).toBe("done");
  });

  test.each([
    ["runs", {}],
    ["may run in another container, or another computer of that name", { processes: "other", process: 2 ** 22 + 1 }],
  ])("fails while one on this computer %s", async (_, change) => {
    store.versions.push(JSON.stringify({ ...(await here()), ...change }));
    await expect(run()).rejects.toThrow(/^expected no other release/);
  });

  test("says again and again that it runs", async () => {
    vi.useFakeTimers();
    const running = run(() => new Promise((resolve) => setTimeout(resolve, 50_000)));
    await vi.advanceTimersByTimeAsync(49_000);
    expect(store.versions).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(2_000);
    await running;
    expect(store.now).toBe("none");
  });

  test("leaves alone what another one says that took over while this computer slept", async () => {
    vi.useFakeTimers();
    const running = run(() => new Promise((resolve) => setTimeout(resolve, 50_000)));
    await vi.advanceTimersByTimeAsync(1_000);
    store.versions.push(other());
    await vi.advanceTimersByTimeAsync(50_000);
    await running;
    expect(store.now).toBe(other());
  });

  test("goes on when somebody wrote something else into the parameter", async () => {
    store.versions.push("by hand");
    expect(await run()).toBe("done");
  });
});

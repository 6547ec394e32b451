import { expect, test } from "vitest";
import { Capacity } from "../../../scripts/testing/capacity";

/** Begins stories with these needs, in MiB. Returns functions that list the begun stories, and end one. */
function stories(capacity: Capacity, needs: readonly number[]) {
  const begun: number[] = [];
  const end: (() => void)[] = [];
  const all = needs.map((memoryMiB, index) =>
    capacity.use(memoryMiB, () => {
      begun.push(index);
      return new Promise<void>((resolve) => {
        end[index] = resolve;
      });
    }),
  );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { all, begun: () => settle().then(() => [...begun]), end: (index: number) => end[index]?.() };
}

test("every slot runs one story, and the next begins when one ends", async () => {
  const { begun, end } = stories(new Capacity(2, 1000), [100, 100, 100]);
  expect(await begun()).toEqual([0, 1]);
  end(0);
  expect(await begun()).toEqual([0, 1, 2]);
});

test("stories wait for memory, and none overtakes another", async () => {
  const { begun, end } = stories(new Capacity(4, 1000), [600, 600, 100]);
  expect(await begun()).toEqual([0]);
  end(0);
  expect(await begun()).toEqual([0, 1, 2]);
});

test("a story that needs more memory than there is runs alone", async () => {
  const { begun, end } = stories(new Capacity(4, 1000), [100, 5000, 100]);
  expect(await begun()).toEqual([0]);
  end(0);
  expect(await begun()).toEqual([0, 1]);
  end(1);
  expect(await begun()).toEqual([0, 1, 2]);
});

test("a failed story makes room too", async () => {
  const capacity = new Capacity(1, 1000);
  await expect(capacity.use(100, () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(await capacity.use(100, async () => "next")).toBe("next");
});

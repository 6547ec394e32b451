import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeImages } from "../../../scripts/images/old-images";
import type { OwnImage } from "../../../scripts/images/own-image";
import { madeImage } from "./made-image";

const image = (id: string, day: number, more: Partial<OwnImage> = {}): OwnImage =>
  madeImage(id, { createdAt: `2026-11-${String(day).padStart(2, "0")}T00:00:00.000Z`, ...more });

const nobody = new Map<string, string[]>();
const retired = (images: readonly OwnImage[], keep: number, usedBy = nobody) =>
  judgeImages(images, usedBy, keep)
    .filter(({ retire }) => retire)
    .map((verdict) => verdict.image.id);

describe("judgeImages", () => {
  const three = [image("b", 2), image("c", 3), image("a", 1)];

  test("retires all but the newest", () => {
    expect(retired(three, 1)).toEqual(["b", "a"]);
    expect(retired(three, 2)).toEqual(["a"]);
    expect(retired(three, 3)).toEqual([]);
  });

  test("says why it keeps an image", () => {
    expect(judgeImages(three, new Map([["a", ["i-1", "i-2"]]]), 1).map(({ why }) => why)).toEqual([
      "the newest",
      "old, and no machine uses it",
      "used by i-1, i-2",
    ]);
    expect(judgeImages(three, nobody, 2)[0]?.why).toBe("among the newest 2");
  });

  test("counts each image and each architecture separately", () => {
    const other = [image("d", 1, { architecture: "arm64" }), image("e", 1, { image: "federation" })];
    expect(retired([...three, ...other], 1)).toEqual(["b", "a"]);
  });

  test("never retires an image that a machine uses, or one of the newest of its kind, for any images", () => {
    const images = fc.uniqueArray(
      fc.record({
        id: fc.uuid(),
        name: fc.string(),
        image: fc.constantFrom("workbench", "federation"),
        architecture: fc.constantFrom("x86_64", "arm64"),
        createdAt: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        snapshotIds: fc.constant([]),
      }),
      { selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(images, fc.integer({ min: 1, max: 4 }), fc.func(fc.boolean()), (all, keep, isUsed) => {
        const used = new Map(all.filter(({ id }) => isUsed(id)).map(({ id }) => [id, ["i-1"]]));
        const gone = new Set(retired(all, keep, used));
        expect([...used.keys()].filter((id) => gone.has(id))).toEqual([]);
        for (const each of all.filter(({ id }) => gone.has(id))) {
          const newer = all.filter(
            (other) =>
              other.image === each.image &&
              other.architecture === each.architecture &&
              other.createdAt >= each.createdAt &&
              !gone.has(other.id),
          );
          expect(newer.length).toBeGreaterThanOrEqual(keep);
        }
        expect(judgeImages(all, used, keep)).toHaveLength(all.length);
      }),
    );
  });
});

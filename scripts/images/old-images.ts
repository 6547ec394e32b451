import type { OwnImage } from "./own-image";

/** Whether to keep or retire an image, and why. */
export interface Verdict {
  readonly image: OwnImage;
  readonly retire: boolean;
  readonly why: string;
}

/**
 * Decides which images to retire. Keeps the newest `keep` of each image and architecture, and every older image that a
 * machine still uses.
 *
 * @param usedBy ids of machines, by the id of the image that they were made from
 * @returns a verdict on every image, newest first within each image and architecture
 */
export function judgeImages(
  images: readonly OwnImage[],
  usedBy: ReadonlyMap<string, readonly string[]>,
  keep: number,
): readonly Verdict[] {
  return [...groups(images)].flatMap((group) =>
    [...group]
      .sort((a, b) => compare(b.createdAt, a.createdAt) || compare(b.id, a.id))
      .map((image, index) => {
        const machines = usedBy.get(image.id) ?? [];
        if (index < keep) return { image, retire: false, why: keep === 1 ? "the newest" : `among the newest ${keep}` };
        if (machines.length > 0) return { image, retire: false, why: `used by ${machines.join(", ")}` };
        return { image, retire: true, why: "old, and no machine uses it" };
      }),
  );
}

function groups(images: readonly OwnImage[]): Iterable<readonly OwnImage[]> {
  const found = new Map<string, OwnImage[]>();
  for (const image of images) {
    const key = `${image.image} ${image.architecture}`;
    found.set(key, [...(found.get(key) ?? []), image]);
  }
  return [...found].sort(([a], [b]) => compare(a, b)).map(([, group]) => group);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import type { OwnImage } from "../../../scripts/images/own-image";

/** One of our images. A test sets the fields that matter to it. */
export function madeImage(id: string, more: Partial<OwnImage> = {}): OwnImage {
  return {
    id,
    name: `workbench-amd64-${id}`,
    image: "workbench",
    architecture: "x86_64",
    createdAt: "2026-11-01T00:00:00.000Z",
    snapshotIds: [],
    ...more,
  };
}

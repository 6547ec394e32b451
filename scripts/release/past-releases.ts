import Table from "cli-table3";
import { CommandError } from "../support/command-error";
import type { Revision } from "./ecs-service";
import { digestOf, labelOf, ownImage, type WantedImage } from "./images";
import type { RegistryImage } from "./registry";

/** A revision, and what is known of its image. */
export interface PastRelease {
  readonly revision: Revision;
  readonly image: WantedImage;
  /** Whether the service runs it. */
  readonly runs: boolean;
  /** Whether the image can still be pulled. Nobody can say that of an image elsewhere: true. */
  readonly isThere: boolean;
}

/**
 * The revisions of a service that had an image, newest first.
 *
 * @param current ARN of the revision that the service runs
 * @param ownUri address of the service's repository
 */
export function pastReleases(
  revisions: readonly Revision[],
  images: readonly RegistryImage[],
  current: string,
  ownUri: string,
): PastRelease[] {
  return revisions.flatMap((revision) => {
    const digest = digestOf(revision.image);
    if (digest === undefined) return [];
    const runs = revision.arn === current;
    if (!revision.image.startsWith(`${ownUri}@`)) {
      const image = { id: revision.image, uri: revision.image, digest, tags: [] };
      return [{ revision, image, runs, isThere: true }];
    }
    const found = images.find((image) => image.digest === digest);
    return [{ revision, image: ownImage(ownUri, found ?? { digest, tags: [] }), runs, isThere: found !== undefined }];
  });
}

/**
 * The release to go back to: the revision with that number, or else the newest before the one that runs, with another
 * image. One that is newer was never released: a release of it was cut off.
 *
 * @throws CommandError one sentence: no such revision, nothing to go back to, or an image that is gone
 */
export function chooseRelease(releases: readonly PastRelease[], wanted: number | undefined): PastRelease {
  const running = releases.find(({ runs }) => runs);
  const others = releases.filter(({ image }) => image.digest !== running?.image.digest);
  const there = others.filter(({ isThere }) => isThere);
  const choices = there.length === 0 ? "there is none to go back to" : `there are ${listed(there)}`;
  if (wanted === undefined) {
    const newest = there.find(({ revision }) => running === undefined || revision.number < running.revision.number);
    if (newest === undefined) throw new CommandError("--rollback: expected a revision with another image, got none");
    return newest;
  }
  const chosen = releases.find(({ revision }) => revision.number === wanted);
  if (chosen === undefined) {
    throw new CommandError(`--rollback: expected a revision of the service, got ${wanted}; ${choices}`);
  }
  if (!chosen.isThere) {
    throw new CommandError(
      `--rollback: expected a revision whose image is in the repository, got ${wanted}, whose image ` +
        `${chosen.image.digest} is gone; ${choices}`,
    );
  }
  return chosen;
}

function listed(releases: readonly PastRelease[]): string {
  return releases.map(({ revision, image }) => `${revision.number} with ${labelOf(image)}`).join(", ");
}

/** A table of releases, for people. */
export function tableOf(releases: readonly PastRelease[]): string {
  const table = new Table({
    head: ["revision", "image", "registered", ""],
    style: { head: [], border: [], compact: true },
  });
  for (const { revision, image, runs, isThere } of releases) {
    const note = runs ? "runs now" : isThere ? "" : "its image is gone";
    table.push([revision.number, labelOf(image), `${revision.registeredAt.toISOString().slice(0, 19)}Z`, note]);
  }
  return table.toString();
}

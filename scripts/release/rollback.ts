import type { Revision } from "./ecs-service";
import { repositoryUri, type WantedImage } from "./images";
import { chooseRelease, type PastRelease, pastReleases, tableOf } from "./past-releases";
import type { ReleasePlace, Ui } from "./place";

/**
 * Prints the revisions of a service, and chooses the one to go back to.
 *
 * @param wanted its number. @default the newest before the one that runs, with another image
 * @throws CommandError one sentence: no such revision, nothing to go back to, or an image that is gone
 */
export async function chooseRevision(
  place: ReleasePlace,
  wanted: number | undefined,
  ui: Pick<Ui, "print">,
): Promise<PastRelease> {
  const newest = await place.service.revisions();
  const isListed = wanted === undefined || newest.some(({ number }) => number === wanted);
  const older = isListed ? undefined : await place.service.revisionNumbered(wanted);
  const releases = await releasesOf(place, [...newest, ...(older ? [older] : [])]);
  ui.print(tableOf(releases));
  return chooseRelease(releases, wanted);
}

/**
 * The image of a revision.
 *
 * @throws CommandError one sentence when the revision or its image is gone
 */
export async function imageOfRevision(place: ReleasePlace, number: number): Promise<WantedImage> {
  const revision = await place.service.revisionNumbered(number);
  return chooseRelease(await releasesOf(place, revision ? [revision] : []), number).image;
}

async function releasesOf({ service, registry, target, caller }: ReleasePlace, revisions: readonly Revision[]) {
  const [status, images] = await Promise.all([service.status(), registry.images()]);
  return pastReleases(revisions, images, status.revision, repositoryUri(target, caller));
}

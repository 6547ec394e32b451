import { type BuildPlan, buildAndPush, giveTag, planBuild } from "./build-and-push";
import { labelOf, namedImage, ownImage, repositoryUri, type WantedImage } from "./images";
import type { ReleasePlace, Ui } from "./place";
import type { Source } from "./request";
import { imageOfRevision } from "./rollback";

/** What a release runs: an image or a context, or the image of a revision that was chosen. */
export type ChosenSource =
  | Exclude<Source, { readonly kind: "rollback" }>
  | { readonly kind: "rollback"; readonly revision: number };

/** An image that is ready, or one to build, or to tag. */
export type ImagePlan = { readonly image: WantedImage } | { readonly build: BuildPlan };

/** @throws CommandError one sentence when there is no such image, or the context or the tag is wrong */
export async function planImage(place: ReleasePlace, source: ChosenSource): Promise<ImagePlan> {
  const { target, caller, registry } = place;
  const ownUri = repositoryUri(target, caller);
  switch (source.kind) {
    case "image":
      return { image: await namedImage(source.image, ownUri, (imageDigest) => registry.find({ imageDigest })) };
    case "rollback":
      return { image: await imageOfRevision(place, source.revision) };
    case "context": {
      const build = await planBuild(source, target, registry);
      const { there, tag } = build;
      const isReady = there !== undefined && (tag === undefined || there.tags.includes(tag));
      return isReady ? { image: ownImage(ownUri, there) } : { build };
    }
  }
}

/** Whether Docker is to build something. */
export function isToBuild(plan: ImagePlan): boolean {
  return "build" in plan && plan.build.there === undefined;
}

/** Builds, pushes and tags an image, as far as that is not done. */
export async function makeImage(place: ReleasePlace, source: ChosenSource, ui: Ui): Promise<WantedImage> {
  const { target, caller, registry } = place;
  const plan = await planImage(place, source);
  const isThere = (image: Pick<WantedImage, "digest" | "tags">) =>
    ui.print(`${labelOf(image)} is in ${target.repository} already: the context did not change`);
  if ("image" in plan) {
    if (source.kind === "context") isThere(plan.image);
    return plan.image;
  }
  const { build } = plan;
  const own = async (image: NonNullable<BuildPlan["there"]>) =>
    ownImage(repositoryUri(target, caller), await giveTag(build, image, registry));
  if (build.there !== undefined) {
    isThere(build.there);
    return own(build.there);
  }
  const docker = await place.docker();
  return ui.step("Build and push", async (report, retitle) => {
    const image = await own(await buildAndPush(build, { ...place, docker }, report));
    retitle(`Build and push: ${labelOf(image)}`);
    return image;
  });
}

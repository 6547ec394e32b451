import { buildImage } from "../../images/build-image";
import { findOwnImages, type OwnImage } from "../../images/own-image";
import type { LocalSession } from "../../session/local-session";
import { ensurePacker } from "../../setup/packer";
import { CommandError, InterruptedError } from "../../support/command-error";
import type { ProgressTask } from "../../support/progress";

/** What became of the image that the development machine boots. */
export interface StartImage {
  /** Is the machine to boot one of ours? */
  readonly wanted: boolean;
  /** Images of ours that are there, newest first. */
  ownImages: readonly OwnImage[];
  /** Why there is none although one is wanted: one sentence. */
  problem?: string;
}

/**
 * The task that builds the machine image of a local AWS, once: there is none where one is there, or where the settings or this
 * computer want none. What stands in the way of it is no failure, since Debian's own image boots as well.
 *
 * @param image told what became of it
 * @throws InterruptedError after Ctrl-C
 */
export async function imageTasks(session: LocalSession, image: StartImage): Promise<ProgressTask[]> {
  const { settings, environment, localAws, ready } = session;
  if (!image.wanted || ready.withoutMachines.length > 0 || image.ownImages.length > 0) return [];
  const packer = await unlessImpossible(image, ensurePacker);
  if (packer === undefined) return [];
  return [
    {
      title: "image: packer build packer/workbench (takes two to four minutes, once)",
      run: async (report, retitle, leaveOut) => {
        await unlessImpossible(image, () => buildImage("workbench", { packer, environment, report }));
        image.ownImages = await findOwnImages(localAws, settings);
        const [newest] = image.ownImages;
        if (newest === undefined) leaveOut("image: not built (see below)");
        else retitle(`image: ${newest.name}`);
      },
    },
  ];
}

async function unlessImpossible<T>(image: StartImage, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommandError) || error instanceof InterruptedError) throw error;
    image.problem = error.message;
    return undefined;
  }
}

import { buildImage } from "../../images/build-image";
import { withImage } from "../../images/local-variables";
import type { LocalSession } from "../../session/local-session";
import { type FoundImage, findStackImages } from "../../session/stack-images";
import { ensurePacker, type Packer } from "../../setup/packer";
import { CommandError, InterruptedError } from "../../support/command-error";
import { program } from "../../support/program";
import type { ProgressTask } from "../../support/progress";

const { definitions } = program("stacks/definitions");

/** The images that machines boot, and the images that could not be built. */
export interface StartImages {
  images: readonly FoundImage[];
  /** One sentence on why an image was not built, by the image's folder below `packer/`. */
  readonly problems: Map<string, string>;
}

/**
 * Returns the tasks that build the machine images of a local AWS, one task for each image. Skips an image that exists,
 * and an image that no setting asks for. Builds none on a computer that cannot run machines. A failed build is not an
 * error: the stack boots another image, or is left out.
 *
 * @param result receives the images that were built, and the problems
 * @throws InterruptedError after Ctrl-C
 */
export async function imageTasks(session: LocalSession, result: StartImages): Promise<ProgressTask[]> {
  if (session.ready.withoutMachines.length > 0) return [];
  const wanted = result.images.filter((image) => image.wanted && image.built.length === 0);
  const folders = [...new Set(wanted.map(({ folder }) => folder))];
  if (folders.length === 0) return [];
  const packer = await unlessImpossible(result, folders, ensurePacker);
  return packer === undefined ? [] : folders.map((folder) => imageTask(session, result, folder, packer));
}

function imageTask(session: LocalSession, result: StartImages, folder: string, packer: Packer): ProgressTask {
  const { settings, environment, localAws } = session;
  return {
    title: `image: packer build packer/${folder} (takes two to four minutes, once)`,
    run: async (report, retitle, leaveOut) => {
      await unlessImpossible(result, [folder], () =>
        buildImage(folder, { packer, environment: withImage(environment, settings, folder), report }),
      );
      result.images = await findStackImages(localAws, settings);
      const [newest] = result.images.find((image) => image.folder === folder)?.built ?? [];
      if (newest === undefined) leaveOut("image: not built (see below)");
      else retitle(`image: ${newest.name}`);
    },
  };
}

/** The stacks that cannot be deployed: their image could not be built, and they boot no other. */
export function stacksWithoutImage({ images, problems }: StartImages): readonly FoundImage[] {
  return images.filter(({ stack, folder, built }) => {
    const { image } = definitions.find(({ name }) => name === stack) ?? {};
    return problems.has(folder) && built.length === 0 && image?.fallbackValue === undefined;
  });
}

async function unlessImpossible<T>(
  { problems }: StartImages,
  folders: readonly string[],
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommandError) || error instanceof InterruptedError) throw error;
    for (const folder of folders) problems.set(folder, error.message);
    return undefined;
  }
}

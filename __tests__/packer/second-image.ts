import path from "node:path";
import { type GeneratedFile, generatedFiles } from "../../packer/generated-files";
import { definitions } from "../../stacks/definitions";

/** The folder of an image that only these tests have. */
export const secondImageFolder = path.join(__dirname, "images");

/** The files of the second image, as if the stacks booted it in place of their own. */
export function secondImageFiles(environment: NodeJS.ProcessEnv): Promise<readonly GeneratedFile[]> {
  const stacks = definitions.map(({ name, image }) => ({ name, image: image && { ...image, folder: "second" } }));
  return generatedFiles(environment, secondImageFolder, stacks);
}

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { recipeHash } from "../setup/base-image";
import { cacheDirectory, projectRoot } from "../support/project";
import { runLogged } from "../support/run-logged";

const DEBIAN_TIMEOUT_SEC = 900;
const IMAGE_TIMEOUT_SEC = 300;

const scripts = path.join(projectRoot, "scripts", "local-aws", "container-image");

/** A container image on this computer. */
export interface ContainerImage {
  /** A folder in the OCI layout, with an image called latest. Nobody may change it: images share files. */
  readonly layout: string;
  /** Names the image in every registry: `sha256:…`. */
  readonly digest: string;
}

/** What makes a container image. */
export interface ContainerRecipe {
  /** Folder with `rootfs/`, `image-config` and `debian-packages`. Its name is that of the image in the cache. */
  readonly recipe: string;
  /** Variables of the image's environment. Two values make two digests. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Which folders an image is made in, existing or not. Each name contains a hash of everything that goes into it. */
export interface ImageFolders {
  /** The Debian below it. Images with the same packages share it. */
  readonly debian: string;
  /** The image without variables. */
  readonly plain: string;
  /** The image. */
  readonly image: string;
}

/** The folders of an image in the user's cache. Clones share them. */
export function imageFolders(wanted: ContainerRecipe, environment: NodeJS.ProcessEnv = process.env): ImageFolders {
  const { recipe, variables = {} } = wanted;
  const cache = path.join(cacheDirectory(environment), "container-images");
  const packages = packagesIn(readFileSync(path.join(recipe, "debian-packages"), "utf8"));
  const debian = hashOf(process.arch, scriptText("build-debian-layer"), scriptText("layout.bash"), ...packages);
  const plain = hashOf(debian, scriptText("build-container-image"), recipeHash(recipe, isPart));
  const image = hashOf(plain, ...assignments(variables));
  const name = path.basename(recipe);
  return {
    debian: path.join(cache, `debian-${process.arch}-${debian}`),
    plain: path.join(cache, `${name}-${process.arch}-${plain}`),
    image: path.join(cache, `${name}-${process.arch}-${Object.keys(variables).length === 0 ? plain : image}`),
  };
}

function packagesIn(list: string): string[] {
  return list
    .replaceAll(/#.*/g, "")
    .split(/\s+/)
    .filter((name) => name !== "")
    .sort();
}

/** What somebody installed or wrote beside the sources goes into no image. */
function isPart(name: string): boolean {
  return !name.split(path.sep).includes("node_modules") && !name.endsWith(".md");
}

/** Ordered by name, so that the same variables make the same image. */
function assignments(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .sort();
}

function scriptText(name: string): string {
  return readFileSync(path.join(scripts, name), "utf8");
}

function hashOf(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
}

/**
 * Makes a container image, once for each user and recipe. Returns within milliseconds when it is there. The first image
 * of a list of packages takes about a minute, another one seconds, and a variant a moment.
 *
 * @param report shows what the build says
 * @throws CommandError one sentence when a tool is missing or the build fails
 */
export async function buildContainerImage(
  wanted: ContainerRecipe,
  report: (progress: string) => void = () => undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ContainerImage> {
  const { recipe, variables = {} } = wanted;
  const { debian, plain, image } = imageFolders(wanted, environment);
  const make = async (script: string, target: string, args: readonly string[], timeoutSec: number): Promise<void> => {
    if (existsSync(target)) return;
    await runLogged({
      name: `${script} ${path.basename(target)}`,
      file: path.join(scripts, script),
      args,
      timeoutSec,
      env: environment,
      onLine: (line) => report(line.trim().slice(0, 100)),
    });
  };
  if (!existsSync(image)) {
    const packages = path.join(recipe, "debian-packages");
    await make("build-debian-layer", debian, [packages, debian], DEBIAN_TIMEOUT_SEC);
    await make("build-container-image", plain, [recipe, debian, plain], IMAGE_TIMEOUT_SEC);
    await make("add-image-variables", image, [plain, image, ...assignments(variables)], IMAGE_TIMEOUT_SEC);
  }
  return { layout: image, digest: digestOf(image) };
}

function digestOf(layout: string): string {
  const index = JSON.parse(readFileSync(path.join(layout, "index.json"), "utf8"));
  return index.manifests[0].digest;
}

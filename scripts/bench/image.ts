import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { buildImage } from "../images/build-image";
import { cleanLocalAws, stopLocalAws } from "../local-aws/control";
import { localAwsOf } from "../session/local-aws-of";
import { type LocalSession, openLocalSession } from "../session/local-session";
import { serverProgram } from "../session/server-program";
import { findStackImages } from "../session/stack-images";
import { machineObstacles, thisHost } from "../setup/machine-obstacles";
import type { Packer } from "../setup/packer";
import { CommandError } from "../support/command-error";
import { type ImagePart, ImageParts } from "./image-parts";
import { machineUsage } from "./machine-usage";
import { benchLocalAws } from "./start";

/** A build of the workbench image. */
export interface MeasuredImage {
  readonly name: string;
  readonly wallMs: number;
  readonly parts: readonly ImagePart[];
  /** Sizes on the disk, in KiB: the base of all images, and the files that this image adds to it. */
  readonly size: { readonly baseKiB: number; readonly addedKiB: number };
  /** The largest folders among the added files, largest first, three levels deep. */
  readonly largest: readonly { readonly folder: string; readonly kib: number }[];
}

/**
 * Runs work with an empty local AWS of its own, and removes that afterwards.
 *
 * @throws CommandError when machines cannot run here
 */
export async function inFreshLocalAws<T>(work: (session: LocalSession) => Promise<T>): Promise<T> {
  const [obstacle] = machineObstacles(thisHost());
  if (obstacle !== undefined) throw new CommandError(`--image: needs a machine to build on, and ${obstacle}`);
  const directory = mkdtempSync(path.join(tmpdir(), "workbench-bench-image-"));
  const source = { ...process.env, ...benchLocalAws, LOCAL_AWS_HOME: path.join(directory, "home") };
  try {
    return await work(await openLocalSession(source));
  } finally {
    await stopLocalAws(localAwsOf(source));
    await cleanLocalAws(localAwsOf(source), serverProgram(localAwsOf(source)));
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Builds the workbench image in an empty local AWS.
 *
 * @param report called with the progress
 * @throws CommandError when the build fails
 */
export async function measureImage(
  { environment, localAws, settings, ready }: LocalSession,
  packer: Packer,
  report: (progress: string) => void,
): Promise<MeasuredImage> {
  const parts = new ImageParts("start", await machineUsage(localAws.home));
  await buildImage("workbench", { packer, environment, report, onPart: (part) => parts.begin(part) });
  const measured = parts.end();
  const [image] = (await findStackImages(localAws, settings)).find(({ folder }) => folder === "workbench")?.built ?? [];
  if (image === undefined || ready.baseImage === undefined)
    throw new Error("expected an image after a build that succeeded, got none");
  const folders = await sizesBelow(path.join(localAws.home, "images", image.id, "files"));
  return {
    name: image.name,
    wallMs: measured.reduce((sum, { wallMs }) => sum + wallMs, 0),
    parts: measured,
    size: { baseKiB: (await sizesBelow(ready.baseImage)).get(".") ?? 0, addedKiB: folders.get(".") ?? 0 },
    largest: [...folders]
      .filter(([folder]) => folder.split("/").length === 4)
      .map(([folder, kib]) => ({ folder: folder.slice(1), kib }))
      .sort((a, b) => b.kib - a.kib)
      .slice(0, 5),
  };
}

/** Sizes on the disk of a folder and its subfolders, in KiB, by relative path (`.`, `./usr`, …), three levels deep. */
async function sizesBelow(directory: string): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await execa("du", ["-k", "--max-depth=3", "."], { cwd: directory, timeout: 60_000 });
  return new Map(
    stdout.split("\n").map((line) => {
      const [kib, folder = ""] = line.split("\t");
      return [folder, Number(kib)] as const;
    }),
  );
}

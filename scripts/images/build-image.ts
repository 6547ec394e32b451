import type { Packer } from "../setup/packer";
import { CommandError, InterruptedError } from "../support/command-error";
import { isInterrupted, onInterrupt } from "../support/interrupt";
import { program } from "../support/program";
import { projectRoot, shown } from "../support/project";
import { seeLog } from "../support/see-log";
import { spawnLogged } from "../support/spawn-logged";
import { BuildProgress } from "./build-progress";

const { definitions } = program("stacks/definitions");

/** A build takes two to four minutes on two cores. The limit allows for slow networks. */
const BUILD_LIMIT_SEC = 3600;

/** Options of {@link buildImage}. */
export interface ImageBuild {
  readonly packer: Packer;
  /**
   * The whole environment of Packer except its plugin path. It says where AWS is, and which values differ from the
   * template's defaults.
   */
  readonly environment: NodeJS.ProcessEnv;
  /** Called every second with what the build is doing. */
  readonly report: (progress: string) => void;
  /** Called when a part of the build begins, with the name that {@link BuildProgress} gives it. */
  readonly onPart?: (part: string) => void;
}

/**
 * Runs `packer build packer/<image>` to its end.
 *
 * Packer runs in a session of its own, so the terminal's Ctrl-C does not reach it. Ctrl-C sends Packer's outer process
 * one SIGTERM instead: that process ignores SIGINT, and a signal would kill its plugins. Packer then removes the build
 * machine, its key and its security group. This function waits for that.
 *
 * @throws CommandError one sentence: the part that failed, why, and the log
 * @throws InterruptedError when Ctrl-C ended the build
 */
export async function buildImage(image: string, { packer, environment, report, onPart }: ImageBuild): Promise<void> {
  if (isInterrupted()) throw new InterruptedError(`the image ${image} was not begun`);
  const progress = new BuildProgress(architectureSettingOf(image));
  let partBegan = Date.now();
  const { child, log, ended } = spawnLogged({
    name: `packer build ${image}`,
    file: packer.file,
    args: ["build", "-color=false", `packer/${image}`],
    cwd: projectRoot,
    env: packer.pluginPath === undefined ? environment : { ...environment, PACKER_PLUGIN_PATH: packer.pluginPath },
    onLine: (line) => {
      const before = progress.part;
      progress.follow(line);
      if (progress.part === before) return;
      partBegan = Date.now();
      onPart?.(progress.part);
    },
  });
  let stopping: "interrupted" | "late" | undefined;
  const stop = (why: "interrupted" | "late"): void => {
    if (stopping === undefined) child.kill("SIGTERM");
    stopping ??= why;
  };
  const forget = onInterrupt(() => stop("interrupted"));
  const timer = setTimeout(() => stop("late"), BUILD_LIMIT_SEC * 1000);
  const ticker = setInterval(() => {
    const seconds = Math.round((Date.now() - partBegan) / 1000);
    report(stopping ? "stopping: Packer removes what it made" : `${progress.part} (${seconds} s)`);
  }, 1000);
  const { exitCode, problem } = await ended;
  clearInterval(ticker);
  clearTimeout(timer);
  forget();
  if (exitCode === 0) return;
  if (stopping === "interrupted") throw new InterruptedError(`the image ${image} was not built; nothing of it is left`);
  const why = stopping === "late" ? `it did not end within ${BUILD_LIMIT_SEC} s` : (problem ?? progress.failure());
  throw new CommandError(seeLog(why, shown(log)));
}

function architectureSettingOf(folder: string): string {
  return definitions.find(({ image }) => image?.folder === folder)?.image?.architectureSetting ?? "its architecture";
}

import type { Settings } from "../../stacks/settings";
import { withPacker } from "../images/local-variables";
import { doesWhatIsWanted, type StartOptions, startLocalAws } from "../local-aws/control";
import { findRunning, type LocalAws, type RunningLocalAws } from "../local-aws/find-local-aws";
import { ensureReady, type Readiness } from "../setup/ensure-ready";
import { callProgram, program } from "../support/program";
import { runTask } from "../support/progress";
import { ignoredSettings, localEnvironment } from "./environment";
import { localAwsOf } from "./local-aws-of";
import { serverProgram } from "./server-program";
import { type FoundImage, findStackImages, imageVariables } from "./stack-images";
import { type FoundStandIn, findStandIns, standInVariables } from "./stand-ins";

const { loadSettings } = program("stacks/settings");

/** Everything a command needs to work with the local AWS. */
export interface LocalSession {
  readonly ready: Readiness;
  readonly localAws: RunningLocalAws;
  readonly settings: Settings;
  /** One entry for each stack whose machines boot one of our images. */
  readonly images: readonly FoundImage[];
  /** One entry for each image of containers that the local AWS cannot pull. */
  readonly standIns: readonly FoundStandIn[];
  /** The whole environment of child processes; see {@link localEnvironment}. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Sets up what is missing, and starts the local AWS unless it is running.
 *
 * @throws CommandError one sentence when set-up or the start fails, or when the settings are wrong
 */
export async function openLocalSession(source: NodeJS.ProcessEnv = process.env): Promise<LocalSession> {
  const wanted = localAwsOf(source);
  const ready = await ensureReady({ localAwsHome: wanted.home });
  const { terraform } = ready;
  const own = localEnvironment(wanted, { source, terraform });
  const ignored = ignoredSettings(source, own);
  if (ignored.length > 0) process.stderr.write(noteOn(ignored));
  const settings = callProgram(() => loadSettings({ environment: own }));
  const localAws = await start(wanted, { baseImage: ready.baseImage });
  const { key } = localAws;
  const plain = localEnvironment(localAws, { source, terraform, key, region: settings.aws.region });
  const [images, standIns] = await Promise.all([findStackImages(localAws, settings), findStandIns(localAws, settings)]);
  const variables = { ...imageVariables(images), ...standInVariables(standIns) };
  const environment = { ...withPacker(plain, settings, localAws.home), ...variables };
  return { ready, localAws, settings, images, standIns, environment };
}

function noteOn(ignored: readonly string[]): string {
  const variables = ignored.map((name) => `${name}=…`).join(" ");
  return `note: ignored ${ignored.join(", ")}, which may be meant for a real account; write the value into settings/local.yaml, or run npm run local -- env ${variables} <command>\n`;
}

async function start(wanted: LocalAws, options: StartOptions): Promise<RunningLocalAws> {
  const running = await findRunning(wanted);
  if (running?.health.ready && doesWhatIsWanted(running, options)) return running;
  return runTask("Start the local AWS", (report) =>
    startLocalAws(wanted, serverProgram(wanted), { ...options, report }),
  );
}

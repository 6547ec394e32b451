import type { Settings } from "../../settings/schema";
import { withPacker } from "../images/local-variables";
import { findOwnImages, imageVariables, type OwnImage } from "../images/own-image";
import { doesWhatIsWanted, type StartOptions, startLocalAws } from "../local-aws/control";
import { findRunning, localAwsOf, type RunningLocalAws } from "../local-aws/find-local-aws";
import { ensureReady, type Readiness } from "../setup/ensure-ready";
import { callProgram, program } from "../support/program";
import { runTask } from "../support/progress";
import { type LocalAws, localEnvironment } from "./environment";

const { loadSettings } = program("settings/load/load");

/** Everything a command needs to work with the local AWS. */
export interface LocalSession {
  readonly ready: Readiness;
  readonly localAws: RunningLocalAws;
  readonly settings: Settings;
  /** Images of ours that are there, newest first. */
  readonly ownImages: readonly OwnImage[];
  /** The whole environment of children; see {@link localEnvironment}. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Sets up what is missing and starts the local AWS unless it runs.
 *
 * @throws CommandError one sentence when that cannot be done, or when the settings are wrong
 */
export async function openLocalSession(source: NodeJS.ProcessEnv = process.env): Promise<LocalSession> {
  const wanted = localAwsOf(source);
  const ready = await ensureReady({ localAwsHome: wanted.home });
  const { terraform } = ready;
  const settings = callProgram(() => loadSettings({ environment: localEnvironment(wanted, { source, terraform }) }));
  const localAws = await start(wanted, { baseImage: ready.baseImage });
  const { key } = localAws;
  const plain = localEnvironment(localAws, { source, terraform, key, region: settings.aws.region });
  const ownImages = await findOwnImages(localAws, settings);
  const environment = { ...withPacker(plain, settings, localAws.home), ...imageVariables(settings, ownImages) };
  return { ready, localAws, settings, ownImages, environment };
}

async function start(wanted: LocalAws, options: StartOptions): Promise<RunningLocalAws> {
  const running = await findRunning(wanted);
  if (running?.health.ready && doesWhatIsWanted(running, options)) return running;
  return runTask("Start the local AWS", (report) => startLocalAws(wanted, { ...options, report }));
}

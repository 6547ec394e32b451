import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError, InterruptedError } from "../support/command-error";
import { isInterrupted } from "../support/interrupt";
import { projectRoot, shown } from "../support/project";
import { lastLineOf, runLogged } from "../support/run-logged";
import { LOG_MODE } from "../support/spawn-logged";
import { findRunning, type LocalAws, localAwsLog, type RunningLocalAws } from "./find-local-aws";
import { isPortTaken, portHolder } from "./port-holder";

/** Cleaning up after a crash and booting a few machines takes seconds. The limit allows for slow and busy computers. */
const START_LIMIT_SEC = 300;
/** Allows for machines, which power off in good order first. */
const STOP_LIMIT_SEC = 300;
const CLEAN_LIMIT_SEC = 300;
const POLL_MS = 50;

/** The program and the environment that run a local AWS. */
export interface ServerProgram {
  /** Python with the packages of requirements.txt. */
  readonly python: string;
  /** The server's whole environment, without PYTHONPATH. */
  readonly environment: NodeJS.ProcessEnv;
  /** Files and folders that the caller keeps in the home, by name. {@link cleanLocalAws} removes them too. */
  readonly beside?: readonly string[];
}

/** Options of {@link startLocalAws}. */
export interface StartOptions {
  /** Base root file system of machines. Without it, the local AWS serves only the API. */
  readonly baseImage?: string;
  /** Called with the progress of the start. */
  readonly report?: (progress: string) => void;
}

/**
 * Starts the local AWS and waits until it is ready. Uses the one that already runs, but restarts one that serves only
 * the API if machines have become possible. The local AWS keeps running when this process ends.
 *
 * @throws CommandError one sentence when it does not get ready, with the last line of its log or the holder of the port
 */
export async function startLocalAws(
  localAws: LocalAws,
  program: ServerProgram,
  options: StartOptions = {},
): Promise<RunningLocalAws> {
  const running = await findRunning(localAws);
  if (running && doesWhatIsWanted(running, options)) {
    return waitUntilReady(running, () => "it stopped in the meantime: run the command again", options);
  }
  if (running) await stopLocalAws(localAws);
  await requireFreePort(localAws);
  const log = localAwsLog(localAws);
  mkdirSync(path.dirname(log), { recursive: true });
  const output = openSync(log, "w", LOG_MODE);
  const { home, port, network } = localAws;
  const base = options.baseImage === undefined ? [] : ["--base-image", options.baseImage];
  const child = spawn(
    program.python,
    [
      "-m",
      "local_aws",
      "serve",
      "--home",
      home,
      "--port",
      String(port),
      "--network",
      network,
      ...base,
      ...besideOf(program),
    ],
    { cwd: projectRoot, env: serverEnvironment(program), stdio: ["ignore", output, output], detached: true },
  );
  closeSync(output);
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code, signal) => {
    ended = lastLineOf(readFileSync(log, "utf8")) ?? `it ended with ${signal ?? `exit code ${code}`}`;
  });
  try {
    return await waitUntilReady(localAws, () => ended, options);
  } catch (error) {
    child.kill("SIGTERM");
    throw error;
  } finally {
    child.unref();
  }
}

/** Whether a running local AWS already does everything that a start with these options would give. */
export function doesWhatIsWanted({ health }: RunningLocalAws, { baseImage }: StartOptions): boolean {
  return health.machines || baseImage === undefined;
}

function besideOf({ beside = [] }: ServerProgram): string[] {
  return beside.flatMap((name) => ["--beside", name]);
}

function serverEnvironment({ environment }: ServerProgram): NodeJS.ProcessEnv {
  return { ...environment, PYTHONPATH: path.join(projectRoot, "scripts", "local-aws"), PYTHONUNBUFFERED: "1" };
}

async function waitUntilReady(
  localAws: LocalAws,
  ended: () => string | undefined,
  { report }: StartOptions,
): Promise<RunningLocalAws> {
  const log = localAwsLog(localAws);
  const giveUpAt = Date.now() + START_LIMIT_SEC * 1000;
  while (Date.now() < giveUpAt) {
    const running = await findRunning(localAws);
    if (running?.health.ready) return running;
    if (running?.health.doing) report?.(running.health.doing);
    // If another command's server answers, ignore that ours exited.
    const words = running === undefined ? ended() : undefined;
    if (words !== undefined) throw new CommandError(`the local AWS did not start: ${words}; see ${shown(log)}`);
    if (isInterrupted()) throw new InterruptedError("the local AWS was not started");
    await sleep(POLL_MS);
  }
  const said = existsSync(log) ? lastLineOf(readFileSync(log, "utf8")) : undefined;
  throw new CommandError(
    `the local AWS was not ready within ${START_LIMIT_SEC} s; the last line of ${shown(log)}: ${said ?? "(empty)"}`,
  );
}

async function requireFreePort({ port }: LocalAws): Promise<void> {
  if (!(await isPortTaken(port))) return;
  const holder = await portHolder(port);
  throw new CommandError(
    `port ${port} on 127.0.0.1 is taken by ${holder ?? "a program of another user"}: end that, ` +
      "or choose another port and network with " +
      `LOCAL_AWS_PORT=${port + 1} LOCAL_AWS_NETWORK=198.19.0.0/20`,
  );
}

/**
 * Stops the local AWS of a folder. Its machines power off, and its state stays.
 *
 * @returns false when it was not running
 * @throws CommandError when it does not end within the limit
 */
export async function stopLocalAws(localAws: LocalAws): Promise<boolean> {
  const running = await findRunning(localAws);
  if (running === undefined) return false;
  const { pid } = running.health;
  signal(pid, "SIGTERM");
  const giveUpAt = Date.now() + STOP_LIMIT_SEC * 1000;
  while (signal(pid, 0)) {
    if (Date.now() > giveUpAt) {
      throw new CommandError(
        `the local AWS (pid ${pid}) did not end within ${STOP_LIMIT_SEC} s of SIGTERM: ` +
          `see ${shown(localAwsLog(localAws))}, then kill -KILL ${pid}; ` +
          "the next npm start cleans up after it",
      );
    }
    await sleep(POLL_MS);
  }
  return true;
}

/** Sends a signal. False when there is no such process. */
function signal(pid: number, which: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, which);
    return true;
  } catch (error) {
    // EPERM: the process exists, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Removes everything of a local AWS that is not running, and what its caller keeps beside it. Removes
 * only files whose names it knows, so that a wrong LOCAL_AWS_HOME does not delete other files.
 *
 * @throws CommandError when its folder holds other files, or when its Python is missing. Then nothing is removed
 */
export async function cleanLocalAws(localAws: LocalAws, program: ServerProgram): Promise<void> {
  const { home } = localAws;
  if (!existsSync(path.join(home, "server.lock"))) return;
  if (!existsSync(program.python)) {
    throw new CommandError(
      `${shown(home)} cannot be removed without ${shown(program.python)}: run npm start, which makes it`,
    );
  }
  await runLogged({
    name: "clean local AWS",
    file: program.python,
    args: ["-m", "local_aws", "clean", "--home", home, ...besideOf(program)],
    cwd: projectRoot,
    env: serverEnvironment(program),
    timeoutSec: CLEAN_LIMIT_SEC,
    uninterruptible: true,
  });
  rmSync(localAwsLog(localAws), { force: true });
}

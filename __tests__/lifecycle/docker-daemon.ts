import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { execa } from "execa";
import { machineObstacles, thisHost } from "../../scripts/setup/machine-obstacles";
import { describeTool, missingTools } from "../../scripts/setup/tools";
import { projectRoot } from "../../scripts/support/project";
import { removeControlGroups, testControlGroup } from "../../scripts/testing/test-control-group";
import { until } from "./until";

const OWN_MOUNTS = path.join(projectRoot, "__tests__", "lifecycle", "own-mounts.sh");
const NAMESPACES = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
/** Its folder in the folder of a place, and the end of the name of its control group. */
const NAME = "docker";

const missing = missingTools(["tests"]).filter(({ command }) => ["docker", "dockerd"].includes(command));
const [obstacle] = [...machineObstacles(thisHost()), ...missing.map(describeTool)];

/** Why no Docker daemon can run here, in one sentence; undefined if one can. */
export const withoutDocker: string | undefined = obstacle;

/**
 * A real Docker daemon of a test's own, beside any that runs on this computer. It has no bridge: `RUN` has no network,
 * and BuildKit refuses `RUN` without `--network none`. It reaches registries on 127.0.0.1 as this computer does.
 *
 * Its mounts and processes are in namespaces that end with its first process.
 */
export class DockerDaemon {
  private constructor(
    private readonly folder: string,
    private readonly unshare: ReturnType<typeof begin>,
  ) {}

  /**
   * Starts it, and waits until it answers.
   *
   * @param folder of a place: a sweep of it ends the daemon, should the test be killed
   * @throws Error the daemon's last words, when it ends instead
   */
  static async start(folder: string): Promise<DockerDaemon> {
    const daemon = new DockerDaemon(folder, begin(folder));
    const { unshare } = daemon;
    const ended = unshare.then(({ exitCode, stderr }) => {
      throw new Error(`the Docker daemon did not start: exit code ${exitCode}: ${stderr}${lastWords(folder)}`);
    });
    try {
      await Promise.race([until("a Docker daemon that answers", () => answers(socketOf(folder))), ended]);
    } catch (error) {
      await daemon.end();
      throw error;
    }
    ended.catch(() => {});
    return daemon;
  }

  /** The variables with which the docker command finds it, with settings and logins of their own. */
  get env(): { readonly DOCKER_HOST: string; readonly DOCKER_CONFIG: string } {
    return { DOCKER_HOST: `unix://${socketOf(this.folder)}`, DOCKER_CONFIG: configOf(this.folder) };
  }

  /** Kills it with everything that it runs, as a power cut would, and removes all its files. */
  async end(): Promise<void> {
    const { pid } = this.unshare;
    // The first process of the namespaces: the kernel kills all others, and then reports its end to unshare.
    for (const child of pid === undefined ? [] : childrenOf(pid)) kill(child);
    await this.unshare;
    await removeControlGroups(this.folder, NAME);
    rmSync(homeOf(this.folder), { recursive: true, force: true });
  }
}

/** Without a network of containers, it changes neither interfaces nor rules nor settings of this computer's network. */
const NO_NETWORK = ["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false"];

function begin(folder: string) {
  const home = homeOf(folder);
  for (const each of [home, configOf(folder)]) mkdirSync(each, { recursive: true, mode: 0o700 });
  // Not the settings of this computer's own daemon.
  const settings = path.join(home, "daemon.json");
  writeFileSync(settings, "{}\n");
  const daemon = [
    "dockerd",
    ...["--host", `unix://${socketOf(folder)}`, "--config-file", settings, "--data-root", path.join(home, "data")],
    // In /run, which it has for itself: paths of sockets have to be short.
    ...["--exec-root", "/run/docker", "--pidfile", "/run/docker.pid"],
    ...["--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", testControlGroup("/", NAME, folder)],
    ...NO_NETWORK,
  ];
  return execa("unshare", [...NAMESPACES, OWN_MOUNTS, home, ...daemon], {
    // By TMPDIR, a sweep finds it.
    env: { TMPDIR: home },
    stdin: "ignore",
    reject: false,
  });
}

const homeOf = (folder: string): string => path.join(folder, NAME);
const socketOf = (folder: string): string => path.join(homeOf(folder), "docker.sock");
const configOf = (folder: string): string => path.join(homeOf(folder), "config");
const logOf = (folder: string): string => path.join(homeOf(folder), "log");

function lastWords(folder: string): string {
  if (!existsSync(logOf(folder))) return "";
  return readFileSync(logOf(folder), "utf8").trimEnd().split("\n").slice(-20).join("\n");
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    request({ socketPath, path: "/_ping" }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    })
      .once("error", () => resolve(false))
      .end();
  });
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    // It has ended.
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}

import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ask } from "../support/ask";
import { CommandError } from "../support/command-error";
import { runLogged } from "../support/run-logged";
import { findProgram } from "./tools";

/**
 * One build takes about four minutes on two cores. The limit allows for slow computers that fetch every module first.
 */
const BUILD_TIMEOUT_SEC = 1800;
const DOWNLOAD_TIMEOUT_SEC = 300;

/** The modules to build. Go's own checksums (`h1:`) cover every file of a module, so that a proxy cannot change one. */
const MODULES = {
  packer: {
    path: "github.com/hashicorp/packer",
    version: "1.16.0",
    sum: "h1:+e9/aNeyZuEGm9fGre3wfg2BNnj1AQj5HzboO4iEYuY=",
  },
  plugin: {
    path: "github.com/hashicorp/packer-plugin-amazon",
    version: "1.8.0",
    sum: "h1:Y30Uu5l65NmcCulNsYxS+FxjEXZtI90HcKwL7yAO1CU=",
  },
} as const;

type GoModule = (typeof MODULES)[keyof typeof MODULES];

/** The Packer version that set-up builds. */
export const packerVersion = MODULES.packer.version;

/** The version of its amazon plugin. */
export const amazonPluginVersion = MODULES.plugin.version;

/** Whether this computer has the Go that builds Packer. */
export function canBuildPacker(environment: NodeJS.ProcessEnv): boolean {
  return findProgram("go", environment) !== undefined;
}

/**
 * Builds Packer and its amazon plugin into a folder: `packer`, and `plugins` for `PACKER_PLUGIN_PATH`. The folder
 * appears only when it is complete. The build keeps every core busy for minutes, so it runs at low priority.
 *
 * @throws CommandError with the step that failed and its log
 */
export async function buildPacker(directory: string, report: (progress: string) => void): Promise<void> {
  mkdirSync(path.dirname(directory), { recursive: true });
  const work = mkdtempSync(path.join(tmpdir(), "workbench-packer-"));
  const result = mkdtempSync(`${directory}.partial-`);
  try {
    const packer = path.join(result, "packer");
    const plugin = path.join(work, "packer-plugin-amazon");
    await buildModule(MODULES.packer, work, packer, (words) => report(`Packer (1 of 2): ${words}`));
    await buildModule(MODULES.plugin, work, plugin, (words) => report(`amazon plugin (2 of 2): ${words}`));
    await runLogged({
      name: "install packer plugin",
      file: packer,
      args: ["plugins", "install", "--path", plugin, "github.com/hashicorp/amazon"],
      timeoutSec: 60,
      env: { ...process.env, PACKER_PLUGIN_PATH: path.join(result, "plugins"), CHECKPOINT_DISABLE: "1" },
    });
    chmodSync(result, 0o755);
    keep(result, directory);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(result, { recursive: true, force: true });
  }
}

/** Moves the result into place. If another command built the same folder in the meantime, keeps that one. */
function keep(result: string, directory: string): void {
  try {
    renameSync(result, directory);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

async function buildModule(
  module: GoModule,
  work: string,
  output: string,
  report: (words: string) => void,
): Promise<void> {
  report("fetching its source");
  const source = path.join(work, "source", path.basename(module.path));
  // `go install module@version` refuses a module with replace lines. Go's own copy is read-only, so build a copy of it.
  cpSync(await download(module), source, { recursive: true });
  makeWritable(source);
  let packages = 0;
  await runLogged({
    name: `build ${path.basename(module.path)}`,
    file: "nice",
    args: ["-n", "10", "go", "build", "-v", "-trimpath", "-ldflags=-s -w", "-o", output, "."],
    cwd: source,
    timeoutSec: BUILD_TIMEOUT_SEC,
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "" },
    onLine: (line) => {
      if (line.startsWith("go: downloading")) return report(line.slice("go: ".length));
      packages += 1;
      report(`${packages} packages compiled`);
    },
  });
}

async function download({ path: name, version, sum }: GoModule): Promise<string> {
  const args = ["mod", "download", "-json", `${name}@v${version}`];
  const { stdout, stderr, problem } = await ask("go", args, { timeoutSec: DOWNLOAD_TIMEOUT_SEC });
  const answer = parse(stdout);
  if (answer.Dir === undefined) {
    const words = answer.Error ?? (stderr.split("\n")[0] || problem || "no answer");
    throw new CommandError(
      `${name} ${version} could not be fetched (${words}): let this computer reach a Go module proxy (GOPROXY)`,
    );
  }
  if (answer.Sum !== sum) {
    throw new CommandError(
      `${name} ${version} from the Go module proxy has another checksum: expected ${sum}, ` +
        `got ${answer.Sum}; do not use it`,
    );
  }
  return answer.Dir;
}

function parse(json: string): { Dir?: string; Sum?: string; Error?: string } {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

function makeWritable(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    const file = path.join(directory, entry);
    chmodSync(file, statSync(file).mode | 0o200);
  }
}

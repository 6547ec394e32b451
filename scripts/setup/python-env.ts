import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { CommandError } from "../support/command-error";
import { generatedDirectory, projectRoot, venvDirectory } from "../support/project";
import { runLogged } from "../support/run-logged";
import type { Step } from "./step";
import { canInstallPackages, findProgram } from "./tools";

const PIP_TIMEOUT_SEC = 600;
const VENV_TIMEOUT_SEC = 120;

/** The oldest Python that the pinned requirements are tried with. */
const OLDEST_PYTHON = [3, 11] as const;

const requirementsFile = path.join(projectRoot, "scripts", "local-aws", "requirements.txt");

/** Written last, so that an environment whose installation was interrupted is made again. */
const stampFile = path.join(venvDirectory, "workbench-requirements.sha256");

/** The environment's Python. */
export const venvPython = path.join(venvDirectory, "bin", "python");

/** The Python environment of requirements.txt, every package checked against its hash; made again when that changes. */
export const pythonEnvironmentStep: Step = {
  title: "Make the Python environment of the local AWS (once, about 30 s)",
  isDone: () => readStamp() === requirementsHash(),
  run: async (report) => {
    const python = await findPython();
    report("python3 -m venv");
    rmSync(venvDirectory, { recursive: true, force: true });
    await makeVenv(python);
    report("pip install");
    await runLogged({
      name: "pip install",
      file: venvPython,
      args: [
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
        "-r",
        requirementsFile,
      ],
      timeoutSec: PIP_TIMEOUT_SEC,
      onLine: (line) => {
        const name = /^(Collecting|Downloading|Installing)\s+(\S+)/.exec(line.trim());
        if (name) report(`pip install: ${name[1]?.toLowerCase()} ${name[2]?.slice(0, 60)}`);
      },
    });
    writeFileSync(stampFile, requirementsHash());
  },
};

function requirementsHash(): string {
  return createHash("sha256").update(readFileSync(requirementsFile)).digest("hex");
}

function readStamp(): string | undefined {
  try {
    return readFileSync(stampFile, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * Finds python3 and checks its version, by running it, since shims exist that cannot run.
 *
 * @throws CommandError one sentence when it is missing, broken or too old
 */
export async function findPython(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const python = findProgram("python3", environment);
  const wanted = OLDEST_PYTHON.join(".");
  if (python === undefined) {
    throw new CommandError(
      `python3 is not installed: the local AWS needs Python ${wanted} or newer; install it and run the command again`,
    );
  }
  const asked = await execa(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], {
    reject: false,
    timeout: 20_000,
  });
  const [major = 0, minor = 0] = String(asked.stdout).trim().split(".").map(Number);
  if (major < OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor < OLDEST_PYTHON[1])) {
    throw new CommandError(
      `${python} is Python ${String(asked.stdout).trim() || "of an unknown version"}: the local AWS needs ${wanted} or newer; install it and put it first on the PATH`,
    );
  }
  return python;
}

/** Debian splits what `venv` needs into a package of its own, and then fails with a page of text. */
async function makeVenv(python: string): Promise<void> {
  const usable = await execa(python, ["-c", "import ensurepip, venv"], { reject: false, timeout: 20_000 });
  if (usable.exitCode !== 0) {
    if (!canInstallPackages()) {
      throw new CommandError(
        `${python} cannot make virtual environments: install its venv module (Debian: apt-get install python3-venv)`,
      );
    }
    await runLogged({
      name: "apt-get install python3-venv",
      file: "apt-get",
      args: ["--quiet", "install", "--no-install-recommends", "--yes", "python3-venv"],
      timeoutSec: PIP_TIMEOUT_SEC,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  }
  await runLogged({
    name: "python3 -m venv",
    file: python,
    args: ["-m", "venv", venvDirectory],
    cwd: path.dirname(generatedDirectory),
    timeoutSec: VENV_TIMEOUT_SEC,
  });
}

import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ask } from "../support/ask";
import { CommandError } from "../support/command-error";
import { generatedDirectory, projectRoot, venvDirectory } from "../support/project";
import { runLogged } from "../support/run-logged";
import { isAtLeast } from "../support/versions";
import type { Step } from "./step";
import { canInstallPackages, findProgram } from "./tools";

const PIP_TIMEOUT_SEC = 600;
const VENV_TIMEOUT_SEC = 120;

/** The oldest Python on which the pinned requirements were tested. */
const OLDEST_PYTHON = "3.11";

/** A Python environment of the project's own, with exactly the packages of a requirements file. */
interface PythonEnvironment {
  readonly title: string;
  readonly directory: string;
  /** Relative to the project; it has a hash of every package. */
  readonly requirements: string;
  /** Name of the log of its installation. */
  readonly log: string;
}

/** The environment's Python. */
export const venvPython = path.join(venvDirectory, "bin", "python");

/** The Python environment that the local AWS, the AWS CLI and pytest run from. */
export const pythonEnvironmentStep = stepOf({
  title: "Make the Python environment of the local AWS (once, about 30 s)",
  directory: venvDirectory,
  requirements: "scripts/setup/requirements.txt",
  log: "pip install",
});

const checkovDirectory = path.join(generatedDirectory, "checkov");

/** The Python that has checkov. */
export const checkovPython = path.join(checkovDirectory, "bin", "python");

/** The Python environment of checkov, which scans the plans in a test. */
export const checkovStep = stepOf({
  title: "Make the Python environment of checkov (once, about 30 s)",
  directory: checkovDirectory,
  requirements: "scripts/testing/checkov/requirements.txt",
  log: "pip install checkov",
});

/** Makes an environment, and makes it again when its requirements change. */
function stepOf({ title, directory, requirements, log }: PythonEnvironment): Step {
  const requirementsFile = path.join(projectRoot, requirements);
  // Written last, so that the next run makes an interrupted environment again.
  const stampFile = path.join(directory, "workbench-requirements.sha256");
  const hash = (): string => createHash("sha256").update(readFileSync(requirementsFile)).digest("hex");
  return {
    title,
    isDone: () => existsSync(stampFile) && readFileSync(stampFile, "utf8") === hash(),
    run: async (report) => {
      const python = await findPython();
      report("python3 -m venv");
      rmSync(directory, { recursive: true, force: true });
      await makeVenv(python, directory);
      report(log);
      const options = ["--disable-pip-version-check", "--no-input", "--require-hashes", "-r", requirementsFile];
      await runLogged({
        name: log,
        file: path.join(directory, "bin", "python"),
        args: ["-m", "pip", "install", ...options],
        timeoutSec: PIP_TIMEOUT_SEC,
        onLine: (line) => {
          const name = /^(Collecting|Downloading|Installing)\s+(\S+)/.exec(line.trim());
          if (name) report(`pip install: ${name[1]?.toLowerCase()} ${name[2]?.slice(0, 60)}`);
        },
      });
      writeFileSync(stampFile, hash());
    },
  };
}

/**
 * Finds python3 and runs it to check its version. Some python3 on a PATH are shims that cannot run.
 *
 * @throws CommandError one sentence when it is missing, broken or too old
 */
export async function findPython(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const python = findProgram("python3", environment);
  if (python === undefined) {
    throw new CommandError(
      `python3 is not installed: the local AWS needs Python ${OLDEST_PYTHON} or newer; ` +
        "install it and run the command again",
    );
  }
  const { stdout } = await ask(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
  if (!isAtLeast(stdout, OLDEST_PYTHON)) {
    throw new CommandError(
      `${python} is Python ${stdout.trim() || "of an unknown version"}: ` +
        `the local AWS needs ${OLDEST_PYTHON} or newer; install it and put it first on the PATH`,
    );
  }
  return python;
}

/** Debian ships parts of `venv` in a separate package. Without that package, `venv` fails with a page of text. */
async function makeVenv(python: string, directory: string): Promise<void> {
  const { exitCode } = await ask(python, ["-c", "import ensurepip, venv"]);
  if (exitCode !== 0) {
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
    name: `python3 -m venv ${path.basename(directory)}`,
    file: python,
    args: ["-m", "venv", directory],
    cwd: path.dirname(generatedDirectory),
    timeoutSec: VENV_TIMEOUT_SEC,
  });
}

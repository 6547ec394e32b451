import path from "node:path";
import { venvPython } from "../setup/python-env";
import { projectRoot } from "../support/project";

/** A program that runs tests and writes test events. */
export interface Runner {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly timeoutSec: number;
}

const reporter = path.join(projectRoot, "scripts", "testing", "vitest-reporter.ts");

function vitest(name: string, project: string, timeoutSec: number): Runner {
  const file = path.join(projectRoot, "node_modules", ".bin", "vitest");
  return {
    name,
    file,
    args: ["run", "--project", project, "--reporter", reporter, "--reporter", "default"],
    timeoutSec,
  };
}

/** Pure logic and synthesis: seconds. */
export const fastTests = vitest("fast tests", "fast", 300);

/** Everything else that vitest runs: shell scripts on real disks, and whole lives of stacks on machines that boot. */
export const slowTests = vitest("tests with machines and disks", "!fast", 6000);

/** The local AWS's own tests. */
export const pythonTests: Runner = {
  name: "local AWS tests",
  file: venvPython,
  args: [
    "-m",
    "pytest",
    "-p",
    "workbench_pytest_events",
    "-c",
    "scripts/local-aws/pyproject.toml",
    "__tests__/scripts/local-aws",
  ],
  timeoutSec: 1800,
};

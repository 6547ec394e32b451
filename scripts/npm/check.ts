import { pythonEnvironmentStep } from "../setup/python-env";
import { runTasks } from "../support/progress";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";
import { listChecks } from "../testing/checks";
import { runAndCount } from "../testing/run-and-count";
import { runnersOf } from "../testing/runners";
import { listTestFiles } from "../testing/test-files";

const USAGE = "usage: npm run check, without arguments; npm test -- <words> runs the tests that match a word";

await runCommand(async (args) => {
  readOptions(args, {}, USAGE);
  return runAndCount("npm run check", async (add) => {
    // The checks need only ruff from this environment.
    if (!(await pythonEnvironmentStep.isDone())) await runTasks([pythonEnvironmentStep], { concurrent: false });
    const { checks, skipped } = await listChecks();
    add({ passed: 0, failed: [], skipped });
    return { checks, first: runnersOf(listTestFiles().filter(({ kind }) => kind === "fast")), rest: [] };
  });
});

import { pythonEnvironmentStep } from "../setup/python-env";
import { runTasks } from "../support/progress";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";
import { listChecks } from "../testing/checks";
import { inTemporaryDirectory, runAndCount } from "../testing/run-and-count";
import { checkTask, runnerTask } from "../testing/run-tests";
import { fastTests } from "../testing/runners";

const USAGE = "usage: npm run check, without arguments; npx vitest run --project fast <file> runs one file";

await runCommand(async (args) => {
  readOptions(args, {}, USAGE);
  return runAndCount("npm run check", async (add) => {
    // For ruff, which is the only thing of it that a check needs.
    if (!(await pythonEnvironmentStep.isDone())) await runTasks([pythonEnvironmentStep], { concurrent: false });
    const { checks, skipped } = await listChecks();
    add({ passed: 0, failed: [], skipped });
    await inTemporaryDirectory(add, async (directory) => {
      const tasks = [...checks.map((check) => checkTask(check, add)), runnerTask(fastTests, directory, add)];
      await runTasks(tasks, { concurrent: true });
    });
  });
});

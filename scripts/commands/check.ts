import { pythonEnvironmentStep } from "../setup/python-env";
import { runTasks } from "../support/progress";
import { runCommand } from "../support/run-command";
import { listChecks } from "../testing/checks";
import { inTemporaryDirectory, runAndCount } from "../testing/run-and-count";
import { checkTask, runnerTask } from "../testing/run-tests";
import { fastTests } from "../testing/runners";

await runCommand(() =>
  runAndCount("npm run check", async (add) => {
    // For ruff, which is the only thing of it that a check needs.
    if (!(await pythonEnvironmentStep.isDone())) await runTasks([pythonEnvironmentStep], { concurrent: false });
    const { checks, skipped } = await listChecks();
    add({ passed: 0, failed: [], skipped });
    await inTemporaryDirectory(add, async (directory) => {
      const tasks = [...checks.map((check) => checkTask(check, add)), runnerTask(fastTests, directory, add)];
      await runTasks(tasks, { concurrent: true });
    });
  }),
);

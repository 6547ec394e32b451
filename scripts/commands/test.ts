import { localAwsOf } from "../local-aws/find-local-aws";
import { ensureReady } from "../setup/ensure-ready";
import { runTasks } from "../support/progress";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";
import { listChecks } from "../testing/checks";
import { inTemporaryDirectory, runAndCount } from "../testing/run-and-count";
import { checkTask, runnerTask } from "../testing/run-tests";
import { fastTests, pythonTests, slowTests } from "../testing/runners";

const USAGE = 'usage: npm test, without arguments; npx vitest run --project lifecycle -t "whole" runs one story';

await runCommand(async (args) => {
  readOptions(args, {}, USAGE);
  return runAndCount("npm test", async (add) => {
    await ensureReady({ localAwsHome: localAwsOf().home, tests: true });
    const { checks, skipped } = await listChecks();
    add({ passed: 0, failed: [], skipped });
    const checkTasks = checks.map((check) => checkTask(check, add));
    await runTasks(checkTasks, { concurrent: true });
    // One after the other: what they wait for is machines, and those are as many as the processors carry.
    await inTemporaryDirectory(add, async (directory) => {
      const runners = [fastTests, pythonTests, slowTests].map((runner) => runnerTask(runner, directory, add));
      await runTasks(runners, { concurrent: false });
    });
  });
});

import { localAwsOf } from "../session/local-aws-of";
import { ensureReady } from "../setup/ensure-ready";
import { readWords } from "../support/read-options";
import { runCommand } from "../support/run-command";
import { listChecks } from "../testing/checks";
import { runAndCount } from "../testing/run-and-count";
import { runnersOf } from "../testing/runners";
import { selectTests } from "../testing/select";
import { listTestFiles } from "../testing/test-files";

const USAGE = "usage: npm test [-- <words>]; a word is a part of a test file's path, or a tag, such as ebs or network";

await runCommand(async (args) => {
  const words = readWords(args, USAGE);
  const tests = selectTests(
    words,
    listTestFiles().filter(({ kind }) => kind !== "deep"),
  );
  return runAndCount("npm test", async (add) => {
    await ensureReady({ localAwsHome: localAwsOf().home, tests: true });
    const first = runnersOf(tests.filter(({ kind }) => kind === "fast"));
    const rest = runnersOf(tests.filter(({ kind }) => kind !== "fast"));
    if (words.length > 0) return { checks: [], first, rest };
    const { checks, skipped } = await listChecks();
    add({ passed: 0, failed: [], skipped });
    return { checks, first, rest };
  });
});

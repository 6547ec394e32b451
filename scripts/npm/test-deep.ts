import { localAwsOf } from "../session/local-aws-of";
import { ensureReady } from "../setup/ensure-ready";
import { readWords } from "../support/read-options";
import { runCommand } from "../support/run-command";
import { runAndCount } from "../testing/run-and-count";
import { runnersOf } from "../testing/runners";
import { selectTests } from "../testing/select";
import { listTestFiles } from "../testing/test-files";

const USAGE = "usage: npm run test:deep [-- <words>]; a word is a part of a test file's path, or a tag";

await runCommand(async (args) => {
  const deep = listTestFiles().filter(({ kind }) => kind === "deep");
  const tests = selectTests(readWords(args, USAGE), deep);
  return runAndCount("npm run test:deep", async () => {
    await ensureReady({ localAwsHome: localAwsOf().home, tests: true });
    return { checks: [], first: [], rest: runnersOf(tests) };
  });
});

import { expect, test } from "vitest";
import { ask } from "../../../scripts/support/ask";

test("gives what a program says, and nothing of this process's environment where it is given another", async () => {
  const answer = await ask("/bin/sh", ["-c", 'echo "$HOME|$ONLY"; echo aside >&2; cat'], {
    env: { ONLY: "this" },
    cwd: "/",
  });
  expect(answer).toEqual({ exitCode: 0, stdout: "|this", stderr: "aside", problem: undefined });
});

test("says why there is no good answer: an exit code, a program that is not there, the time limit", async () => {
  expect(await ask("/bin/sh", ["-c", "exit 7"])).toMatchObject({
    exitCode: 7,
    problem: expect.stringMatching(/exit code 7/),
  });
  expect(await ask("/no/such/program", [])).toMatchObject({
    exitCode: undefined,
    stdout: "",
    problem: expect.stringMatching(/ENOENT/),
  });
  const late = await ask("/bin/sleep", ["10"], { timeoutSec: 0.2 });
  expect(late).toMatchObject({ exitCode: undefined, problem: expect.stringMatching(/timed out/) });
});

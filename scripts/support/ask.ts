import { execa } from "execa";

/** How {@link ask} runs a program. */
export interface AskOptions {
  /** The program's whole environment. @default this process's */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** @default 20 */
  readonly timeoutSec?: number;
}

/** The answer of a program. */
export interface Answer {
  /** Absent when the program could not be started, or when a signal ended it. */
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Why the program failed, in a few words; absent when it ended with exit code 0. */
  readonly problem?: string;
}

/** Runs a short program without stdin and within a time limit, and returns its output. Never throws. */
export async function ask(
  file: string,
  args: readonly string[],
  { env, cwd, timeoutSec = 20 }: AskOptions = {},
): Promise<Answer> {
  const { exitCode, stdout, stderr, shortMessage } = await execa(file, args, {
    cwd,
    env: env ?? process.env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: timeoutSec * 1000,
  });
  return { exitCode, stdout: stdout ?? "", stderr: stderr ?? "", problem: shortMessage };
}

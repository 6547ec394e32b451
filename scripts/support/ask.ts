import { execa } from "execa";

/** How {@link ask} runs a program. */
export interface AskOptions {
  /** The program's whole environment. @default this process's */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** @default 20 */
  readonly timeoutSec?: number;
}

/** What a program answered. */
export interface Answer {
  /** Absent when it could not be started, or did not end by itself. */
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it is no good answer, in a few words; absent when it ended with exit code 0. */
  readonly problem?: string;
}

/** Runs a program that says something and ends, without stdin and within a time limit. Never throws. */
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

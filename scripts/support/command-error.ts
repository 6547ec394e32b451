/**
 * An error for the user: one sentence with what, where, got, expected and the fix. A command prints it without a stack
 * trace. Any other error is a defect and keeps its stack trace.
 */
export class CommandError extends Error {
  /** The command's exit code, never 0. */
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** Thrown after Ctrl-C, once every child has ended. Shells expect exit code 130 after SIGINT. */
export class InterruptedError extends CommandError {
  constructor(what: string) {
    super(`interrupted: ${what}`, 130);
    this.name = "InterruptedError";
  }
}

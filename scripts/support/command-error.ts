/**
 * An error whose message is meant for the person at the keyboard: one sentence that says what, where, got, expected and
 * the fix. Commands print it without a stack; anything else that is thrown is a defect and keeps its stack.
 */
export class CommandError extends Error {
  /** What the command exits with. Never 0. */
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** Thrown once everything that was running has ended after Ctrl-C; 130 is what shells expect after SIGINT. */
export class InterruptedError extends CommandError {
  constructor(what: string) {
    super(`interrupted: ${what}`, 130);
    this.name = "InterruptedError";
  }
}

import type { Results } from "./tally";

/** The lines on which a runner reports one test: vitest's verbose reporter, and pytest's workers with -v. */
const LINES = [
  { pattern: /^\s*(?<mark>[✓×↓])\s+(?:\S+ {2})?(?<name>.+?)(?: \d+ms)?$/, failed: ["×"], skipped: "↓" },
  {
    pattern: /^\[gw\d+\] \[ *\d+%\] (?<mark>PASSED|FAILED|ERROR|SKIPPED) (?<name>\S+)/,
    failed: ["FAILED", "ERROR"],
    skipped: "SKIPPED",
  },
];

/** Counts tests in a runner's output, line by line. */
export class RunnerProgress {
  private passed = 0;
  private readonly skipped: string[] = [];
  private readonly failed: string[] = [];

  /** @returns the words to show, if the line reports the result of a test */
  follow(line: string): string | undefined {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colour sequences start with one
    const plain = line.replaceAll(/\u001b\[[0-9;]*m/g, "");
    for (const { pattern, failed, skipped } of LINES) {
      const { mark, name } = pattern.exec(plain)?.groups ?? {};
      if (mark === undefined || name === undefined) continue;
      if (failed.includes(mark)) this.failed.push(name);
      else if (mark === skipped) this.skipped.push(name);
      else this.passed += 1;
      const done = this.passed + this.skipped.length + this.failed.length;
      return `${done} done, ${this.failed.length} failed: ${name.split(" > ").at(-1)}`;
    }
    return undefined;
  }

  /** The counted results, for a runner that was killed and left no report. */
  results(): Results {
    const failed = this.failed.map((name) => ({
      name,
      reason: "its runner left no report; the log says why it failed",
    }));
    const skipped = this.skipped.map((name) => ({ name, reason: "" }));
    return { passed: this.passed, failed, skipped };
  }
}

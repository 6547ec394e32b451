import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { CommandError } from "../support/command-error";
import { onInterrupt } from "../support/interrupt";
import { type Report, ReportReader } from "./report";

/** A shell's exit code for a program that it does not find. */
const NOT_FOUND = 127;

/** How much of what ssh says is kept: its reason comes last. */
const SAID_CHARACTERS = 4_000;

/** How long a machine may take for a report, with the login before the first one. */
const REPORT_LIMIT_MS = 60_000;

/** A running ssh, which holds a tunnel and asks the machine for reports. */
export class Connection {
  /** What ssh said, once it has ended. */
  readonly ended: Promise<string>;
  private readonly ssh: ReturnType<typeof start>;
  private readonly reader = new ReportReader();
  /** Who waits for a report, the first one first. */
  private readonly waiting: ((report: Report) => void)[] = [];

  private constructor(
    file: string,
    args: readonly string[],
    private readonly limitMs: number,
  ) {
    this.ssh = start(file, args);
    let said = "";
    this.ssh.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-SAID_CHARACTERS);
    });
    createInterface({ input: this.ssh.stdout }).on("line", (line) => {
      const report = this.reader.read(line);
      if (report !== undefined) this.waiting.shift()?.(report);
    });
    // It may end before a question reaches it.
    this.ssh.stdin.on("error", () => undefined);
    const forget = onInterrupt(() => this.ssh.kill());
    this.ended = this.ssh.then(({ code, signal, exitCode }) => {
      forget();
      if (code === "ENOENT") {
        throw new CommandError(`${file}: no such command on the PATH; install the client of OpenSSH`, NOT_FOUND);
      }
      return said.trim() === "" ? `it ended with ${signal ?? `exit code ${exitCode}`}` : said;
    });
    // Whoever asks gets the error.
    this.ended.catch(() => undefined);
  }

  /**
   * Starts ssh, and waits until the machine has reported once.
   *
   * @param file the program. @default ssh
   * @param limitMs limit of each report. @default a minute
   * @returns the connection; or what ssh said when it ended before that
   * @throws CommandError when there is no ssh, or the machine does not answer
   */
  static async begin(
    args: readonly string[],
    file = "ssh",
    limitMs = REPORT_LIMIT_MS,
  ): Promise<Connection | { readonly said: string }> {
    const connection = new Connection(file, args, limitMs);
    if ((await connection.ask()) !== undefined) return connection;
    return { said: await connection.ended };
  }

  /**
   * Asks the machine for a report. Undefined when the connection has ended.
   *
   * @throws CommandError when the machine does not answer. Then the connection has ended, too.
   */
  async ask(): Promise<Report | undefined> {
    const report = new Promise<Report>((resolve) => this.waiting.push(resolve));
    this.ssh.stdin.write("\n");
    const silent = new AbortController();
    const silence = sleep(this.limitMs, "silence" as const, { signal: silent.signal }).catch(() => undefined);
    try {
      const answer = await Promise.race([report, this.ended.then(() => undefined), silence]);
      if (answer !== "silence") return answer;
    } finally {
      silent.abort();
    }
    await this.close();
    throw new CommandError(
      `machine: expected it to answer within ${this.limitMs / 1000} s after ssh connected, got nothing; its disk may be ` +
        "full or slow, or its memory used up: look at it in EC2's console, or reboot it there",
    );
  }

  /** Ends ssh, and with it the tunnel and what it started on the machine. */
  async close(): Promise<void> {
    this.ssh.kill();
    await this.ended;
  }
}

function start(file: string, args: readonly string[]) {
  return execa(file, args, { stdin: "pipe", stdout: "pipe", stderr: "pipe", buffer: false, reject: false });
}

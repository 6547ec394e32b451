import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface, type Interface } from "node:readline";
import { venvPython } from "../../scripts/setup/python-env";

/** How a command of the AWS CLI ended, and all its output. */
export interface Answer {
  readonly exitCode: number;
  readonly output: string;
}

/** One process of the AWS CLI for many calls, one after the other: a process for each call takes ten times as long. */
export class AwsCli {
  private readonly child: ChildProcess;
  private readonly answers: AsyncIterator<string>;
  private last: Promise<unknown> = Promise.resolve();

  constructor(environment: NodeJS.ProcessEnv) {
    const program = path.join(import.meta.dirname, "aws_cli.py");
    this.child = spawn(venvPython, [program], { env: environment, stdio: ["pipe", "pipe", "inherit"] });
    const lines: Interface = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    this.answers = lines[Symbol.asyncIterator]();
  }

  /** Runs `aws <arguments>`; a failure is returned, not thrown. */
  call(args: readonly string[]): Promise<Answer> {
    const answer = this.last.then(() => this.ask(args));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  end(): void {
    this.child.kill();
  }

  private async ask(args: readonly string[]): Promise<Answer> {
    this.child.stdin?.write(`${JSON.stringify(args)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`expected an answer to aws ${args.join(" ")}, the AWS CLI's process ended`);
    return JSON.parse(value);
  }
}

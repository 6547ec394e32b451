import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** A cdktf command line: its verb, such as `deploy`, and the stacks that it names. */
export interface CdktfCommand {
  /** `deploy`, `destroy`, `diff`, `synth` … */
  readonly verb: string;
  /** Patterns of stack names. Values of options are among them. */
  readonly words: readonly string[];
  /** Whether it changes deployed resources. */
  readonly changes: boolean;
  /** Whether the command line names this stack, directly or by a pattern such as `*`. */
  readonly names: (stack: string) => boolean;
  /** Whether it may affect this stack: it names this stack, or writes every stack for plain Terraform. */
  readonly concerns: (stack: string) => boolean;
}

/** cdktf verbs that run the program, and their aliases. */
const verbs = [
  "deploy",
  "apply",
  "destroy",
  "diff",
  "plan",
  "synth",
  "synthesize",
  "list",
  "output",
  "outputs",
  "watch",
];

/**
 * Parses `cdktf deploy ebs ec2` from the arguments of a process; undefined if the process is not cdktf.
 *
 * @param argv arguments as the operating system lists them, starting with the interpreter.
 */
export function parseCdktfCommand(argv: readonly string[]): CdktfCommand | undefined {
  const start = argv.findIndex((argument) => ["cdktf", "cdktf.js"].includes(basename(argument)));
  const words = argv.slice(start + 1).filter((argument) => !argument.startsWith("-"));
  // Options may come before the verb, and their values look like words: `cdktf --log-level debug destroy ebs`.
  const verbAt = words.findIndex((word) => verbs.includes(word));
  const [verb, ...patterns] = verbAt < 0 ? words : words.slice(verbAt);
  if (start < 0 || verb === undefined) return undefined;
  const accepted = patterns.map(
    (pattern) => new RegExp(`^${pattern.replace(/[^\w*-]/g, "\\$&").replaceAll("*", ".*")}$`),
  );
  const changes = ["deploy", "apply", "destroy", "watch"].includes(verb);
  const names = (stack: string): boolean => accepted.some((pattern) => pattern.test(stack));
  const all = ["synth", "synthesize"].includes(verb);
  return { verb, words: patterns, changes, names, concerns: (stack) => all || names(stack) };
}

/**
 * The cdktf command that started this process; undefined if there is none.
 *
 * The CLI does not pass its command line to the program, so read it from the parent processes. A fixed dependency
 * between stacks is no substitute: with one from `ec2` to `ebs`, cdktf refuses `cdktf deploy ec2` alone. Without it,
 * `cdktf deploy ebs ec2` deploys both at once. Where the command line cannot be read, that happens too: the plan of
 * `ec2` then fails and says what to deploy first.
 */
export function callingCdktfCommand(): CdktfCommand | undefined {
  let pid = process.ppid;
  // The CLI starts a shell, and the shell starts this process.
  for (let generation = 0; generation < 3 && pid > 1; generation++) {
    const parent = describeProcess(pid);
    const command = parent && parseCdktfCommand(parent.argv);
    if (command) return command;
    pid = parent?.ppid ?? 0;
  }
  return undefined;
}

function describeProcess(pid: number): { ppid: number; argv: string[] } | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [, ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      // A NUL ends each argument, the last one too.
      const cmdline = readFileSync(`/proc/${pid}/cmdline`, "utf8").replace(/\0$/, "");
      return { ppid: Number(ppid), argv: cmdline.split("\0") };
    }
    const output = execFileSync("ps", ["-o", "ppid=,command=", "-p", String(pid)], { encoding: "utf8" });
    const [ppid, ...argv] = output.trim().split(/\s+/);
    return { ppid: Number(ppid), argv };
  } catch {
    return undefined;
  }
}

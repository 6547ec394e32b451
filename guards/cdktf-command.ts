import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** What the user asked of cdktf: `deploy` of the stacks that `names` accepts. */
export interface CdktfCommand {
  /** `deploy`, `destroy`, `diff`, `synth` … */
  readonly verb: string;
  /** Whether it changes what is deployed. */
  readonly changes: boolean;
  /** Whether the command line names this stack, itself or by a pattern such as `*`. */
  readonly names: (stack: string) => boolean;
  /** Whether its outcome may have to do with this stack: it names it, or none, or writes every stack for Terraform itself. */
  readonly concerns: (stack: string) => boolean;
}

/** The verbs of cdktf that run the program, with their other names. */
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
 * Reads `cdktf deploy ebs ec2` out of the arguments of a process; undefined when it is no cdktf.
 *
 * @param argv arguments as the operating system lists them, the interpreter first.
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
  const all = ["synth", "synthesize"].includes(verb) || accepted.length === 0;
  return { verb, changes, names, concerns: (stack) => verb !== "list" && (all || names(stack)) };
}

/**
 * The cdktf command that started this process; undefined without one.
 *
 * The CLI tells its program nothing of the command line, and its own dependencies between stacks are all or nothing: with
 * one from `ec2` to `ebs`, `cdktf deploy ec2` alone is refused; without, `cdktf deploy ebs ec2` deploys both at once.
 */
export function callingCdktfCommand(): CdktfCommand | undefined {
  let pid = process.ppid;
  // The CLI starts a shell, and that this process.
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
      return { ppid: Number(ppid), argv: readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0") };
    }
    const output = execFileSync("ps", ["-o", "ppid=,command=", "-p", String(pid)], { encoding: "utf8" });
    const [ppid, ...argv] = output.trim().split(/\s+/);
    return { ppid: Number(ppid), argv };
  } catch {
    return undefined;
  }
}

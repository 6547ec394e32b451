/** Thrown for `--help`. A command then prints its usage and ends with exit code 0. */
export class UsageRequest extends Error {
  constructor(readonly usage: string) {
    super(usage);
    this.name = "UsageRequest";
  }
}

/** The line of a usage that shows how the command is called: the end of an error's sentence. */
export function usageLine(usage: string): string {
  const lines = usage.split("\n");
  return lines.find((line) => line.startsWith("usage: ")) ?? usage;
}

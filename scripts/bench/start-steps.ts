/** One finished step of `npm start`, from its progress line. */
export interface StartStep {
  readonly title: string;
  readonly seconds: number;
}

/**
 * Reads a line that `npm start` prints without a terminal: `✔ Start the local AWS [1m2s]`, or the bootstrap's
 * `Installing the npm packages … done in 30 s`. Undefined for every other line.
 */
export function parseStep(line: string): StartStep | undefined {
  const step = /^✔ (.+) \[(?:(\d+)m)?([\d.]+)s\]$/.exec(line.trim());
  if (step) return { title: shortTitle(step[1] ?? ""), seconds: Number(step[2] ?? 0) * 60 + Number(step[3]) };
  const packages = /^(Installing the npm packages).* done in (\d+) s$/.exec(line.trim());
  return packages ? { title: packages[1] ?? "", seconds: Number(packages[2]) } : undefined;
}

/** Removes the usual duration and the result from a title. */
function shortTitle(title: string): string {
  return title.replace(/ \(.*\)$/, "").replace(/:.*$/, "");
}

/** Lists the steps that took at least a second, longest first: "ec2 53 s, ebs 23 s". */
export function describeSteps(steps: readonly StartStep[]): string {
  const long = steps.filter(({ seconds }) => seconds >= 1).sort((a, b) => b.seconds - a.seconds);
  return long.map(({ title, seconds }) => `${title} ${Math.round(seconds)} s`).join(", ");
}

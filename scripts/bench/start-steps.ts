/** One finished step of `npm start`, as its line of progress tells it. */
export interface StartStep {
  readonly title: string;
  readonly seconds: number;
}

/**
 * Reads the lines that `npm start` prints when no person is looking: `✔ Start the local AWS [1m2s]`, and the bootstrap's
 * `Installing the npm packages … done in 30 s`; undefined for every other line.
 */
export function parseStep(line: string): StartStep | undefined {
  const step = /^✔ (.+) \[(?:(\d+)m)?([\d.]+)s\]$/.exec(line.trim());
  if (step) return { title: shortTitle(step[1] ?? ""), seconds: Number(step[2] ?? 0) * 60 + Number(step[3]) };
  const packages = /^(Installing the npm packages).* done in (\d+) s$/.exec(line.trim());
  return packages ? { title: packages[1] ?? "", seconds: Number(packages[2]) } : undefined;
}

/** Without how long it usually takes, and without what became of it. */
function shortTitle(title: string): string {
  return title.replace(/ \(.*\)$/, "").replace(/:.*$/, "");
}

/** The steps that took at least a second, longest first: "ec2 53 s, ebs 23 s". */
export function describeSteps(steps: readonly StartStep[]): string {
  const long = steps.filter(({ seconds }) => seconds >= 1).sort((a, b) => b.seconds - a.seconds);
  return long.map(({ title, seconds }) => `${title} ${Math.round(seconds)} s`).join(", ");
}

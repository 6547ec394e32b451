/** The time in which the AWS provider makes resources. It spends most of it waiting between two polls of a resource. */
export interface ProviderWaits {
  /** How long the provider was making at least one resource, in milliseconds. */
  readonly totalMs: number;
  /** Resources that took at least two seconds, the longest first. */
  readonly longest: readonly { readonly type: string; readonly seconds: number }[];
}

interface Interval {
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Reads from the output of `terraform apply -json` how long the AWS provider was making resources.
 *
 * @param output of any number of applies, in any order
 */
export function providerWaits(output: string): ProviderWaits {
  const intervals = intervalsIn(output).filter(({ type }) => type.startsWith("aws_"));
  const seconds = ({ type, from, to }: Interval) => ({ type, seconds: (to - from) / 1000 });
  return {
    totalMs: lengthOfUnion(intervals),
    longest: intervals
      .map(seconds)
      .filter((resource) => resource.seconds >= 2)
      .sort((a, b) => b.seconds - a.seconds),
  };
}

function intervalsIn(output: string): Interval[] {
  const begun = new Map<string, number>();
  const intervals: Interval[] = [];
  for (const line of output.split("\n")) {
    const event = /"type":"apply_(start|complete)"/.test(line) ? JSON.parse(line) : undefined;
    if (event === undefined) continue;
    const { addr, resource_type: type } = event.hook.resource;
    const at = Date.parse(event["@timestamp"]);
    const from = begun.get(addr);
    if (event.type === "apply_start") begun.set(addr, at);
    else if (from !== undefined) intervals.push({ type, from, to: at });
  }
  return intervals;
}

/** Terraform makes resources in parallel, so count a second in which it makes two only once. */
function lengthOfUnion(intervals: readonly Interval[]): number {
  let length = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    length += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return length;
}

import type { Tally } from "./tally";

/** What did not pass, by name and with the reason: failures last, where one looks first. Empty when everything passed. */
export function describeTallies(tallies: readonly Tally[]): string {
  const skipped = tallies.flatMap((tally) => tally.skipped);
  const failed = tallies.flatMap((tally) => tally.failed);
  const parts = [
    ...(skipped.length > 0
      ? ["Skipped:", ...skipped.map(({ name, reason }) => `  ${name}${reason ? `: ${reason}` : ""}`), ""]
      : []),
    ...failed.flatMap(({ name, reason }) => [`FAILED ${name}`, ...indent(reason), ""]),
  ];
  return parts.length === 0 ? "" : `${parts.join("\n")}\n`;
}

function indent(text: string): string[] {
  return text === ""
    ? []
    : text
        .trimEnd()
        .split("\n")
        .map((line) => `    ${line}`);
}

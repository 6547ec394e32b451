/**
 * What every test runner writes for us, one JSON object a line: our vitest reporter and our pytest plugin write the same,
 * as it happens, so that progress can be shown and a runner that dies half-way is noticed by what is missing.
 */
export type TestEvent =
  | {
      readonly event: "test";
      /** File and name, as a person would look for it. */
      readonly name: string;
      readonly outcome: "passed" | "failed" | "skipped";
      /** Of a failed one: what went wrong. Of a skipped one: why, as far as the test says. */
      readonly reason?: string;
    }
  /** The last one: the runner got to its end. */
  | { readonly event: "end" };

/** Reads one line; undefined when it is none of ours, such as one that was being written when its runner was killed. */
export function parseTestEvent(line: string): TestEvent | undefined {
  try {
    const event = JSON.parse(line);
    return event?.event === "test" || event?.event === "end" ? event : undefined;
  } catch {
    return undefined;
  }
}

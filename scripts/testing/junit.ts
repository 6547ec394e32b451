import { XMLParser } from "fast-xml-parser";
import type { Results } from "./tally";

/** An element as the parser returns it. Attributes begin with `@`. An element that may repeat is a list. */
interface Element {
  readonly "@name"?: string;
  readonly "@classname"?: string;
  readonly "@time"?: string;
  readonly testsuite?: readonly Element[];
  readonly testcase?: readonly Element[];
  readonly failure?: readonly Mark[];
  readonly error?: readonly Mark[];
  readonly skipped?: readonly Mark[];
}

/** The problem of a test, or why it was skipped. The parser returns an element without attributes as its text. */
type Mark = string | { readonly "@message"?: string; readonly "#text"?: string };

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  isArray: (name) => ["testsuite", "testcase", "failure", "error", "skipped"].includes(name),
  // Keep names and messages as text.
  parseTagValue: false,
  parseAttributeValue: false,
  // Our own runners write this text, so trust it. By default the parser allows fewer entities than a long report has.
  processEntities: { enabled: true, maxTotalExpansions: 10_000_000, maxExpandedLength: 100_000_000 },
});

/**
 * Reads a JUnit report from vitest or pytest.
 *
 * @returns undefined when the report is incomplete, as that of a killed runner is
 */
export function readJUnit(xml: string): Results | undefined {
  if (!xml.trimEnd().endsWith("</testsuites>")) return undefined;
  const { testsuites }: { testsuites: Element } = parser.parse(xml);
  const cases = testsuites.testsuite?.flatMap((suite) => suite.testcase ?? []) ?? [];
  const problems = (test: Element): readonly Mark[] => [...(test.failure ?? []), ...(test.error ?? [])];
  const failed = cases.filter((test) => problems(test).length > 0);
  const skipped = cases.filter((test) => problems(test).length === 0 && test.skipped !== undefined);
  // vitest lists tests that never ran like tests that passed, with the time "0". A test that ran never takes exactly
  // "0", and pytest rounds to "0.000".
  const never = cases.filter((test) => test["@time"] === "0" && !failed.includes(test) && !skipped.includes(test));
  return {
    passed: cases.length - failed.length - skipped.length - never.length,
    failed: [
      ...failed.map((test) => ({ name: nameOf(test), reason: problems(test).map(explanation).join("\n") })),
      ...never.map((test) => ({ name: nameOf(test), reason: "it did not run: its worker ended first" })),
    ],
    // Take only the reason: pytest adds the test's location, which its name already says.
    skipped: skipped.map((test) => ({ name: nameOf(test), reason: (test.skipped ?? []).map(messageOf).join("\n") })),
  };
}

/** The file, and the name of the test in it. */
function nameOf(test: Element): string {
  return [test["@classname"], test["@name"]].filter(Boolean).join(" > ");
}

function messageOf(mark: Mark): string {
  return typeof mark === "string" ? mark : (mark["@message"] ?? "");
}

/** The element's text, which holds the message and its origin, or else the message. */
function explanation(mark: Mark): string {
  return typeof mark === "string" ? mark : (mark["#text"] ?? messageOf(mark));
}

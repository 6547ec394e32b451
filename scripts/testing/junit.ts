import { XMLParser } from "fast-xml-parser";
import type { Results } from "./tally";

/** As the parser gives an element: attributes begin with `@`, an element that may come again is a list. */
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

/** What is wrong with a test; an element that has text alone is that text. */
type Mark = string | { readonly "@message"?: string; readonly "#text"?: string };

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  isArray: (name) => ["testsuite", "testcase", "failure", "error", "skipped"].includes(name),
  // Names and messages stay the text that they are.
  parseTagValue: false,
  parseAttributeValue: false,
  // The text is our own runners'; a long report has more entities than a stranger's document may have.
  processEntities: { enabled: true, maxTotalExpansions: 10_000_000, maxExpandedLength: 100_000_000 },
});

/**
 * Reads a JUnit report as vitest and pytest write it.
 *
 * @returns undefined when it is no whole report, such as that of a runner that was killed
 */
export function readJUnit(xml: string): Results | undefined {
  if (!xml.trimEnd().endsWith("</testsuites>")) return undefined;
  const { testsuites }: { testsuites: Element } = parser.parse(xml);
  const cases = testsuites.testsuite?.flatMap((suite) => suite.testcase ?? []) ?? [];
  const problems = (test: Element): readonly Mark[] => [...(test.failure ?? []), ...(test.error ?? [])];
  const failed = cases.filter((test) => problems(test).length > 0);
  const skipped = cases.filter((test) => problems(test).length === 0 && test.skipped !== undefined);
  // vitest lists these like those that passed. No test takes no time at all, and pytest rounds to "0.000".
  const never = cases.filter((test) => test["@time"] === "0" && !failed.includes(test) && !skipped.includes(test));
  return {
    passed: cases.length - failed.length - skipped.length - never.length,
    failed: [
      ...failed.map((test) => ({ name: nameOf(test), reason: problems(test).map(explanation).join("\n") })),
      ...never.map((test) => ({ name: nameOf(test), reason: "it did not run: its worker ended before" })),
    ],
    // What pytest writes beside the reason is where the test is, and its name says that already.
    skipped: skipped.map((test) => ({ name: nameOf(test), reason: (test.skipped ?? []).map(messageOf).join("\n") })),
  };
}

/** The file, and what a person would look for in it. */
function nameOf(test: Element): string {
  return [test["@classname"], test["@name"]].filter(Boolean).join(" > ");
}

function messageOf(mark: Mark): string {
  return typeof mark === "string" ? mark : (mark["@message"] ?? "");
}

/** The whole text, which holds the message and where it comes from; the message where there is no text. */
function explanation(mark: Mark): string {
  return typeof mark === "string" ? mark : (mark["#text"] ?? messageOf(mark));
}

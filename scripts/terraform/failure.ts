import type { Diagnostic, TerraformEvent } from "./events";

/** A sentence quotes at most this much of a detail. Terraform's details can be pages long. */
const DETAIL_LIMIT = 400;

/**
 * Collects the errors of one operation, and describes them in one sentence.
 */
export class Failure {
  private readonly errors: Diagnostic[] = [];
  private readonly plain: string[] = [];
  /** The last line of each resource's provisioners. A failed script's message is there, not in the diagnostic. */
  private readonly lastOutput = new Map<string, string>();

  /** Takes one line of output, as text and as a parsed event. */
  follow(line: string, event: TerraformEvent | undefined): void {
    if (event === undefined) {
      if (line.trim() !== "") this.plain.push(line.trim());
    } else if (event.type === "diagnostic" && event.diagnostic.severity === "error") {
      this.errors.push(event.diagnostic);
    } else if (event.type === "provision_progress" && event.hook.output?.trim()) {
      this.lastOutput.set(event.hook.resource.addr, event.hook.output.trim());
    }
  }

  /** Returns one sentence: the resource, its problem, what its script printed, and the number of further errors. */
  sentence(): string {
    const [first, ...more] = this.errors;
    if (first === undefined) return this.plain.at(-1) ?? "Terraform gave no reason";
    const others = more.length === 0 ? "" : ` (and ${more.length} more ${more.length === 1 ? "error" : "errors"})`;
    return `${this.describe(first)}${others}`;
  }

  private describe({ summary, detail, address, snippet }: Diagnostic): string {
    const where = address ?? snippet?.context ?? undefined;
    const said = address === undefined ? undefined : this.lastOutput.get(address);
    const words = [where, firstParagraph(summary), firstParagraph(detail)].filter(Boolean).join(": ");
    const sentence = `${words}${said && !words.includes(said) ? `: ${said}` : ""}`;
    // More of the sentence follows: the number of further errors, the log.
    return sentence.replace(/\.$/, "");
  }
}

function firstParagraph(text: string): string {
  const [first = ""] = text.trim().split(/\n\s*\n/, 1);
  const oneLine = first.replaceAll(/\s+/g, " ").trim();
  return oneLine.length <= DETAIL_LIMIT ? oneLine : `${oneLine.slice(0, DETAIL_LIMIT)} …`;
}

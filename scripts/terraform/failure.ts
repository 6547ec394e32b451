import type { Diagnostic, TerraformEvent } from "./events";

/** Longest detail that a sentence takes over; Terraform's can be pages. */
const DETAIL_LIMIT = 400;

/**
 * Collects what went wrong in one operation, and tells it in one sentence.
 */
export class Failure {
  private readonly errors: Diagnostic[] = [];
  private readonly plain: string[] = [];
  /** What the provisioners of a resource printed last: the message of the script that failed is there, not in the diagnostic. */
  private readonly lastOutput = new Map<string, string>();

  /** Takes in one line of output, as text and as the event that it is. */
  follow(line: string, event: TerraformEvent | undefined): void {
    if (event === undefined) {
      if (line.trim() !== "") this.plain.push(line.trim());
    } else if (event.type === "diagnostic" && event.diagnostic.severity === "error") {
      this.errors.push(event.diagnostic);
    } else if (event.type === "provision_progress" && event.hook.output?.trim()) {
      this.lastOutput.set(event.hook.resource.addr, event.hook.output.trim());
    }
  }

  /** One sentence: the resource, what is wrong with it, what its script said, and how many more there are. */
  sentence(): string {
    const [first, ...more] = this.errors;
    if (first === undefined) return this.plain.at(-1) ?? "Terraform said nothing";
    const others = more.length === 0 ? "" : ` (and ${more.length} more ${more.length === 1 ? "error" : "errors"})`;
    return `${this.describe(first)}${others}`;
  }

  private describe({ summary, detail, address, snippet }: Diagnostic): string {
    const where = address ?? snippet?.context ?? undefined;
    const said = address === undefined ? undefined : this.lastOutput.get(address);
    const words = [where, firstParagraph(summary), firstParagraph(detail)].filter(Boolean).join(": ");
    return `${words}${said && !words.includes(said) ? `: ${said}` : ""}`;
  }
}

function firstParagraph(text: string): string {
  const [first = ""] = text.trim().split(/\n\s*\n/, 1);
  const oneLine = first.replaceAll(/\s+/g, " ").trim();
  return oneLine.length <= DETAIL_LIMIT ? oneLine : `${oneLine.slice(0, DETAIL_LIMIT)} …`;
}

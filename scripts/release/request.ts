import path from "node:path";
import { CommandError } from "../support/command-error";
import { readOptionsAndWords } from "../support/read-options";
import { usageLine } from "../support/usage";

/** What to release: an image to build, one that is there, or that of an older revision. */
export type Source =
  | { readonly kind: "context"; readonly folder: string; readonly tag?: string; readonly rebuild: boolean }
  | { readonly kind: "image"; readonly image: string }
  | { readonly kind: "rollback"; readonly revision?: number };

/** What a command line asks for. */
export interface ReleaseRequest {
  readonly service: string;
  readonly source: Source;
  /** Name or ARN of the secret with the webhook. @default nobody is told */
  readonly notify?: string;
  readonly dryRun: boolean;
  /** Goes back without asking. */
  readonly yes: boolean;
}

/** First letters of the tag by which a release finds the image of a context again. */
export const contextTagPrefix = "context-";

const options = {
  context: { type: "string" },
  image: { type: "string" },
  tag: { type: "string" },
  rebuild: { type: "boolean", default: false },
  rollback: { type: "boolean", default: false },
  notify: { type: "string" },
  "dry-run": { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
} as const;

const sources = ["context", "image", "rollback"] as const;

/**
 * Reads the command line.
 *
 * @param cwd the caller's folder, to which --context is relative
 * @throws UsageRequest for `--help`
 * @throws CommandError one sentence, with exit code 2
 */
export function readRequest(args: readonly string[], usage: string, cwd: string): ReleaseRequest {
  const { values, words } = readOptionsAndWords(args, options, usage);
  const [service, revision, ...more] = words;
  if (service === undefined) throw refusal("a service", "none", usage);
  const empty = (["context", "image", "tag", "notify"] as const).find((name) => values[name] === "");
  if (empty) throw refusal(`a value of --${empty}`, "an empty one", usage);
  const given = sources.filter((name) => values[name]);
  if (given.length !== 1) {
    throw refusal(
      "one of --context, --image and --rollback",
      given.map((name) => `--${name}`).join(" and ") || "none",
      usage,
    );
  }
  const unknown = values.rollback ? more : words.slice(1);
  if (unknown.length > 0) throw refusal("one service", `also ${unknown.join(" ")}`, usage);
  const forContext = (["tag", "rebuild"] as const).find((name) => values[name] && values.context === undefined);
  if (forContext) throw refusal(`--${forContext} with --context`, "it without", usage);
  const { notify, "dry-run": dryRun, yes } = values;
  return { service, source: sourceOf(values, revision, cwd), ...(notify !== undefined && { notify }), dryRun, yes };
}

function sourceOf(
  values: { readonly context?: string; readonly image?: string; readonly tag?: string; readonly rebuild?: boolean },
  revision: string | undefined,
  cwd: string,
): Source {
  const { context, image, tag, rebuild = false } = values;
  if (context !== undefined) {
    if (tag !== undefined) checkTag(tag);
    return { kind: "context", folder: path.resolve(cwd, context), ...(tag !== undefined && { tag }), rebuild };
  }
  if (image !== undefined) return { kind: "image", image };
  if (revision === undefined) return { kind: "rollback" };
  if (!/^[1-9]\d{0,8}$/.test(revision)) {
    throw new CommandError(`--rollback: expected the number of a revision, such as 12, got "${revision}"`, 2);
  }
  return { kind: "rollback", revision: Number(revision) };
}

/** What ECR takes as a tag. Source: API_ImageIdentifier of Amazon ECR, imageTag (read 2026-11). */
function checkTag(tag: string): void {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(tag)) {
    const expected = "at most 128 letters, digits and . _ -, the first no . or -";
    throw new CommandError(`--tag: expected ${expected}, got "${tag}"`, 2);
  }
  if (tag.startsWith(contextTagPrefix)) {
    throw new CommandError(
      `--tag: expected a tag that does not begin with ${contextTagPrefix}, which releases use, got "${tag}"`,
      2,
    );
  }
}

function refusal(expected: string, got: string, usage: string): CommandError {
  return new CommandError(`expected ${expected}, got ${got}; ${usageLine(usage)}`, 2);
}

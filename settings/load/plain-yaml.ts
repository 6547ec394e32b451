import { parseDocument, type YAMLError } from "yaml";

/**
 * Parses YAML that JSON could express: sections, lists and plain values. It refuses types of other languages, an alias
 * inside its own anchor, more aliases than settings can need, and the key `__proto__`.
 *
 * @throws an error whose message says in one line what was found instead, and how to correct it
 */
export function plainYaml(source: string): unknown {
  const document = parseDocument(source, { resolveKnownTags: false });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw new Error(describe(problem));
  return JSON.parse(asJson(document), refuseProto);
}

const tooDeep = "lists or sections nested too deeply; settings/default.yaml shows how deep they go";

function asJson(document: ReturnType<typeof parseDocument>): string {
  try {
    return JSON.stringify(document.toJS()) ?? "null";
  } catch (error) {
    if (error instanceof RangeError) throw new Error(tooDeep);
    throw new Error(`${aliasProblem(error as Error)}; write the value itself in place of the alias`);
  }
}

/** What is wrong with an alias, from the error of the parser, or of JSON for an endless value. */
function aliasProblem({ message }: Error): string {
  if (message.startsWith("Unresolved alias")) return "an alias without an anchor before it";
  if (message.startsWith("Excessive alias count")) return "too many aliases of aliases";
  return "an alias inside its own anchor";
}

function refuseProto(key: string, value: unknown): unknown {
  if (key === "__proto__") throw new Error("the key __proto__, which names no setting; remove it");
  return value;
}

/** One line: the problem, its place and the fix. */
function describe({ code, message, linePos }: YAMLError): string {
  if (message.startsWith("Maximum call stack")) return tooDeep;
  const place = linePos ? ` at line ${linePos[0].line}, column ${linePos[0].col}` : "";
  if (code === "MULTIPLE_DOCS") return `a second document${place}; keep one of them`;
  if (code === "DUPLICATE_KEY") return `the same key twice${place}; remove one of the two`;
  if (code === "TAG_RESOLVE_FAILED") return `a tag that settings do not have${place}; remove the tag`;
  // The parser's own words, without its quotation of the text.
  const words = (message.split("\n", 1)[0] ?? "").replace(/ at line \d+, column \d+:?$/, "").replace(/:$/, "");
  return `an error${place} (${words}); correct that line`;
}

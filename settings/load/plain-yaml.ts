import { parseDocument } from "yaml";

/**
 * Parses YAML that JSON could express: sections, lists and plain values. It refuses types of other languages, an alias
 * inside its own anchor, more aliases than settings can need, and the key `__proto__`.
 *
 * @throws an error whose message says in one line what was found instead
 */
export function plainYaml(source: string): unknown {
  const document = parseDocument(source, { resolveKnownTags: false });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw new Error(firstLine(problem.message));
  return JSON.parse(asJson(document.toJS()), refuseProto);
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    throw new Error("an alias inside its own anchor");
  }
}

function refuseProto(key: string, value: unknown): unknown {
  if (key === "__proto__") throw new Error("the key __proto__, which names no setting");
  return value;
}

/** First line of the parser's message, without the colon before its quotation of the text. */
function firstLine(message: string): string {
  if (message.startsWith("Maximum call stack")) return "lists or sections nested too deeply";
  return (message.split("\n", 1)[0] ?? "").replace(/:$/, "");
}

import { parseDocument } from "yaml";

/**
 * What YAML says in sections, lists and plain values alone, as JSON could say it: no types of other languages, no alias to itself,
 * no more aliases than settings can need, no key that JavaScript takes for something else.
 *
 * @throws an error whose message, one line, says what was found instead
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
    throw new Error("an alias that stands inside what it is an alias of");
  }
}

function refuseProto(key: string, value: unknown): unknown {
  if (key === "__proto__") throw new Error("the key __proto__, which names no setting");
  return value;
}

/** The parser's first line, without the colon that leads to its quotation of the text. */
function firstLine(message: string): string {
  if (message.startsWith("Maximum call stack")) return "lists or sections nested too deeply";
  return (message.split("\n", 1)[0] ?? "").replace(/:$/, "");
}

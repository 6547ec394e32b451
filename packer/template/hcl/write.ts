import { type HclAttribute, type HclBlock, type HclBody, type HclComment, type HclValue, isExpression } from "./values";

/**
 * The text of a file. It is valid but not formatted: Packer's own formatter (`@cdktf/hcl-tools`, `packer fmt`) aligns
 * it.
 *
 * @throws if HCL cannot express a value or a name
 */
export function writeHcl(body: HclBody): string {
  return body.map((item, index) => separate(item, body[index - 1]) + writeItem(item, "")).join("");
}

/** A value as an expression, on as many lines as it needs. */
function writeValue(value: HclValue, indent = ""): string {
  if (isExpression(value)) return value.text;
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return isHeredoc(value) ? writeHeredoc(value) : quote(value);
    case "number":
      if (!Number.isFinite(value)) throw hclError(`expected a finite number, got ${value}`);
      return String(value);
    case "boolean":
      return String(value);
    default:
      return isList(value) ? writeList(value, indent) : writeObject(value, indent);
  }
}

/** A value on one line, for use inside an expression. */
export function writeInline(value: HclValue): string {
  if (isExpression(value)) return value.text;
  if (typeof value === "string") return quote(value);
  if (value === null || typeof value !== "object") return writeValue(value);
  if (isList(value)) return `[${value.map(writeInline).join(", ")}]`;
  const entries = Object.entries(value).map(([key, item]) => `${writeKey(key)} = ${writeInline(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/**
 * A quoted string with `text` literally: `${` and `%{` in it are escaped.
 *
 * @throws if the text has half of a surrogate pair, which no file can hold
 */
export function quote(text: string): string {
  if (loneSurrogate.test(text))
    throw hclError(`expected text of whole Unicode characters, got ${JSON.stringify(text)}`);
  return `"${escapeTemplates(text).replace(/[\\"\p{Cc}\u2028\u2029]/gu, escapeCharacter)}"`;
}

const loneSurrogate = /\p{Surrogate}/u;

const shortEscapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function escapeCharacter(character: string): string {
  return shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function escapeTemplates(text: string): string {
  return text.replace(/[$%]\{/g, (opening) => `${opening[0]}${opening}`);
}

/** Whether text reads best as a heredoc: several whole lines, without characters that need an escape. */
function isHeredoc(text: string): boolean {
  return (
    /\n./.test(text) && text.endsWith("\n") && !/[\p{Cc}\p{Surrogate}\u2028\u2029]/u.test(text.replaceAll("\n", ""))
  );
}

function writeHeredoc(text: string): string {
  let marker = "EOT";
  while (text.split("\n").some((line) => line.trim() === marker)) marker += "_";
  return `<<${marker}\n${escapeTemplates(text)}${marker}`;
}

function isList(value: HclValue): value is readonly HclValue[] {
  return Array.isArray(value);
}

function writeList(items: readonly HclValue[], indent: string): string {
  // A heredoc ends with its line, so nothing can follow it on that line.
  const broken = items.some((item) => item !== null && typeof item === "object" && !isExpression(item));
  const multiline = broken || items.some((item) => typeof item === "string" && isHeredoc(item));
  if (!multiline) return `[${items.map((item) => writeValue(item)).join(", ")}]`;
  const inner = `${indent}  `;
  return `[\n${items.map((item) => `${inner}${writeInList(item, inner)},\n`).join("")}${indent}]`;
}

/** Writes no heredoc: in a list a comma follows at once, and a heredoc's end must stand alone on its line. */
function writeInList(item: HclValue, indent: string): string {
  return typeof item === "string" ? quote(item) : writeValue(item, indent);
}

function writeObject(object: Readonly<Record<string, HclValue>>, indent: string): string {
  const entries = Object.entries(object);
  if (entries.length === 0) return "{}";
  const inner = `${indent}  `;
  return `{\n${entries.map(([key, value]) => `${inner}${writeKey(key)} = ${writeValue(value, inner)}\n`).join("")}${indent}}`;
}

const identifier = /^[A-Za-z][A-Za-z0-9_-]*$/;
/** Reserved words. As a key they need quotes. */
const keywords = new Set(["true", "false", "null", "for", "if", "in"]);

function writeKey(key: string): string {
  return identifier.test(key) && !keywords.has(key) ? key : quote(key);
}

function writeItem(item: HclAttribute | HclBlock | HclComment, indent: string): string {
  if ("comment" in item)
    return item.comment
      .split("\n")
      .map((line) => `${indent}# ${line}`.trimEnd().concat("\n"))
      .join("");
  if (isAttribute(item)) {
    if (!identifier.test(item[0]))
      throw hclError(`expected an attribute name of letters, digits, "_" and "-", got ${JSON.stringify(item[0])}`);
    return `${indent}${item[0]} = ${writeValue(item[1], indent)}\n`;
  }
  return writeBlock(item, indent);
}

function writeBlock({ type, labels, body }: HclBlock, indent: string): string {
  if (!identifier.test(type))
    throw hclError(`expected a block type of letters, digits, "_" and "-", got ${JSON.stringify(type)}`);
  const head = [type, ...labels.map(quote)].join(" ");
  const inner = `${indent}  `;
  const items = body.map((item, index) => separate(item, body[index - 1]) + writeItem(item, inner)).join("");
  return items === "" ? `${indent}${head} {}\n` : `${indent}${head} {\n${items}${indent}}\n`;
}

/** An empty line around blocks and above comments. */
function separate(item: HclBody[number], before: HclBody[number] | undefined): string {
  if (before === undefined || "comment" in before) return "";
  return isAttribute(item) && isAttribute(before) ? "" : "\n";
}

function isAttribute(item: HclBody[number]): item is HclAttribute {
  return Array.isArray(item);
}

function hclError(sentence: string): Error {
  return new Error(`HCL: ${sentence}`);
}

/** What tells an expression from an object; from the registry of symbols, since a process may load this module twice. */
const mark: unique symbol = Symbol.for("hcl expression");

/** An expression that HCL evaluates, such as `var.region`; written as it stands. {@link expression} makes it. */
export interface HclExpression {
  readonly [mark]: true;
  readonly text: string;
}

/** Whatever an attribute can be set to. Objects keep the order of their keys. */
export type HclValue =
  | string
  | number
  | boolean
  | null
  | HclExpression
  | readonly HclValue[]
  | { readonly [key: string]: HclValue };

/** A block: its type, its labels, and what stands between its braces. */
export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: HclBody;
}

/** Attributes and blocks by their order: `[name, value]`, a block, a line of comment, or an empty line. */
export type HclBody = readonly (HclAttribute | HclBlock | HclComment)[];

/** One `name = value`. */
export type HclAttribute = readonly [name: string, value: HclValue];

/** Words for people; each line becomes a `#` line. */
export interface HclComment {
  readonly comment: string;
}

/** An expression, for values that HCL computes: `expression("var.region")`. */
export function expression(text: string): HclExpression {
  return { [mark]: true, text };
}

/** Is this an expression, and not an object to be written as one? */
export function isExpression(value: HclValue): value is HclExpression {
  return typeof value === "object" && value !== null && mark in value;
}

/** Text with interpolations that HCL fills in: `template("${var.project}-data")`. Quotes stand in interpolations only. */
export function template(text: string): HclExpression {
  return expression(`"${text}"`);
}

/** A reference to a variable of the template. */
export function variable(name: string): HclExpression {
  return expression(`var.${name}`);
}

/** A block: `block("source", ["amazon-ebs", "workbench"], [["region", "eu-west-1"]])`. */
export function block(type: string, labels: readonly string[], body: HclBody): HclBlock {
  return { type, labels, body };
}

/** The attributes of a record, in its order; those that are undefined are left out. */
export function attributes(record: Readonly<Record<string, HclValue | undefined>>): readonly HclAttribute[] {
  return Object.entries(record).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** A comment above what follows it. */
export function comment(text: string): HclComment {
  return { comment: text };
}

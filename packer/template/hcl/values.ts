/** Marks an expression, as opposed to an object. It is a global symbol, since a process may load this module twice. */
const mark: unique symbol = Symbol.for("hcl expression");

/** An expression that HCL evaluates, such as `var.region`. It is written literally. {@link expression} makes it. */
export interface HclExpression {
  readonly [mark]: true;
  readonly text: string;
}

/** A value of an attribute. Objects keep the order of their keys. */
export type HclValue =
  | string
  | number
  | boolean
  | null
  | HclExpression
  | readonly HclValue[]
  | { readonly [key: string]: HclValue };

/** A block: its type, its labels, and its contents between the braces. */
export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: HclBody;
}

/** Attributes, blocks and comments, in their order. */
export type HclBody = readonly (HclAttribute | HclBlock | HclComment)[];

/** One `name = value`. */
export type HclAttribute = readonly [name: string, value: HclValue];

/** Text of a comment. Each line becomes a `#` line. */
export interface HclComment {
  readonly comment: string;
}

/** An expression, for values that HCL computes: `expression("var.region")`. */
export function expression(text: string): HclExpression {
  return { [mark]: true, text };
}

/** Whether this is an expression, not an object that is written as one. */
export function isExpression(value: HclValue): value is HclExpression {
  return typeof value === "object" && value !== null && mark in value;
}

/**
 * Text with interpolations that HCL fills in: `template("${var.project}-data")`. Quotes are only allowed inside
 * interpolations.
 */
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

/** The attributes of a record, in its order. Undefined ones are left out. */
export function attributes(record: Readonly<Record<string, HclValue | undefined>>): readonly HclAttribute[] {
  return Object.entries(record).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** A comment above the next item. */
export function comment(text: string): HclComment {
  return { comment: text };
}

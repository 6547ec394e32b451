import { z } from "zod";

/**
 * Field types that settings share. Each has one phrase that completes "expected …", so that all its rules report a
 * problem in the same words.
 */

/** A whole number within limits, both included. */
export function wholeNumber(min: number, max: number, unit = ""): z.ZodNumber {
  const error = `a whole number from ${min} to ${max}${unit && ` ${unit}`}`;
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

/** Text that matches a pattern; `error` completes "expected …". */
export function text(pattern: RegExp, error: string): z.ZodString {
  return z.string({ error }).regex(pattern, { error });
}

/** `true` or `false`, never "yes" or 1. */
export function flag(): z.ZodBoolean {
  return z.boolean({ error: "true or false" });
}

/** One of a few words. */
export function oneOf<const T extends readonly [string, ...string[]]>(words: T): z.ZodEnum<{ [K in T[number]]: K }> {
  return z.enum(words, { error: `one of ${words.join(", ")}` });
}

/** A list of `item` without duplicates. */
export function listOf<T extends z.ZodType>(item: T, of: string): z.ZodArray<T> {
  const error = `a list of ${of}, each once`;
  return z
    .array(item, { error })
    .refine((list) => new Set(list.map((each) => JSON.stringify(each))).size === list.length, { error });
}

/** A section of settings. It refuses unknown keys. */
export function section<T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? undefined : `a section with ${Object.keys(shape).join(", ")}`,
  });
}

/** A TCP port. */
export const port = () => wholeNumber(1, 65535);

/** A TCP port that a service may open without root. */
export const unprivilegedPort = () => wholeNumber(1024, 65535);

/** An absolute path on a Linux machine, without a trailing slash, `.` or `..`. */
export const absolutePath = () =>
  text(/^(\/(?!\.{1,2}(\/|$))[\w.,:@+ '-]+)+$/, "an absolute path of ordinary characters, such as /data");

/** Path of a file on this computer: absolute, relative to the project, or below the home directory (`~/`). */
export const filePath = () => text(/^((?![$%]\{)\P{C})+$/u, "the path of a file, without ${ and %{");

/** An e-mail address. */
export const emailAddress = () => z.email({ error: "an e-mail address such as data@example.org" });

/** An EC2 instance type. */
export const instanceType = () => text(/^[a-z0-9-]+\.[a-z0-9-]+$/, "an instance type such as t3.medium");

/** Processor architectures, as Debian names them. */
export const architectures = ["amd64", "arm64"] as const;

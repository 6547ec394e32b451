import { z } from "zod";

/** AWS allows 50 tags on a resource. Workbench and AWS's own services need the rest. */
const maxTags = 40;

const characters = "letters, digits, spaces and _ . : / = + - @";
const keyPhrase = `a key of 1 to 128 ${characters}`;
const valuePhrase = `1 to 256 ${characters}`;
// Every service accepts these; EC2 accepts more. Source: "Tag naming limits and requirements", AWS (read 2026-11).
const allowed = "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]";

/**
 * Tags for every resource. Every AWS service must accept their keys and values, and neither Workbench nor AWS sets the
 * same keys.
 *
 * @param ownKeys keys that Workbench sets itself
 */
export const tags = (ownKeys: readonly string[]) =>
  z
    .record(
      z.string(),
      z.string({ error: valuePhrase }).regex(new RegExp(`^${allowed}{1,256}$`, "u"), { error: valuePhrase }),
      {
        error: "a section of tags",
      },
    )
    .refine((value) => Object.keys(value).length <= maxTags, {
      error: `at most ${maxTags} tags, since AWS allows 50 and Workbench sets some itself`,
    })
    .superRefine((value, context) => {
      for (const key of Object.keys(value)) {
        const message = keyProblem(key, Object.keys(value), ownKeys);
        if (message) context.addIssue({ code: "custom", path: [key], params: { got: key }, message });
      }
    });

function keyProblem(key: string, keys: readonly string[], ownKeys: readonly string[]): string | undefined {
  if (!new RegExp(`^${allowed}{1,128}$`, "u").test(key)) return keyPhrase;
  if (/^aws:/i.test(key)) return "a key that does not begin with aws:, which AWS reserves";
  // IAM treats "project" and "Project" as the same key.
  const isSame = (other: string): boolean => other.toLowerCase() === key.toLowerCase();
  if (ownKeys.some(isSame)) return `a key other than ${ownKeys.join(", ")}, which Workbench sets itself`;
  const first = keys.find(isSame);
  return first === key ? undefined : `a key that differs from ${first} in more than its case`;
}

import { Document, isMap, isScalar, type YAMLMap } from "yaml";
import type { z } from "zod";
import { defaultsOf } from "../load/defaults";

const width = 120;

const head = `Every setting with its default. \`npm run settings:generate\` writes this file: changes here have no effect.
For your own deployment, write only the values that differ into settings/<environment>.yaml, and select that file with
WORKBENCH_ENV=<environment>. An environment variable sets one value: WORKBENCH_AWS_REGION=eu-west-2 sets aws.region.
Each of these overrides the one before: these defaults, settings/<environment>.yaml, variables.`;

/** Text of settings/default.yaml: every setting with its default, and its description as a comment. */
export function defaultFileText(sections: z.ZodObject): string {
  const document = new Document(defaultsOf(sections));
  document.commentBefore = [...head.split("\n"), "yaml-language-server: $schema=./schema.json"]
    .map((line) => ` ${line}`)
    .join("\n");
  comment(document.contents as YAMLMap, sections, 0);
  return document.toString({ lineWidth: width });
}

function comment(map: YAMLMap, section: z.ZodObject, depth: number): void {
  const first = map.items[0]?.key;
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue;
    const field = section.shape[String(key.value)] as z.ZodType | undefined;
    if (depth === 0 && key !== first) key.spaceBefore = true;
    if (field?.description) key.commentBefore = wrapped(field.description, width - 2 - 2 * depth);
    if (field?.def.type === "object" && isMap(value)) comment(value, field as z.ZodObject, depth + 1);
    if (isMap(value) && value.items.length === 0) value.flow = true;
    // YAML 1.1 reads 03:00 as a number.
    if (isScalar(value) && /^\d+:\d+$/.test(String(value.value))) value.type = "QUOTE_DOUBLE";
  }
}

/** Wraps text into lines of at most `columns` columns, each after a space. */
function wrapped(text: string, columns: number): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(` ${word}`);
  }
  return lines.join("\n");
}

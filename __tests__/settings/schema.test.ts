import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { editorSchemaText } from "../../settings/documents/editor-schema";
import { settingsPage } from "../../settings/documents/settings-page";
import { settingVariables } from "../../settings/load/environment-variables";
import { settingsSchema } from "../../settings/schema";

const settingsDirectory = join(__dirname, "../../settings");

describe("generated from the schema; when stale, run npm run settings:generate", () => {
  it("settings/schema.json", () => {
    expect(readFileSync(join(settingsDirectory, "schema.json"), "utf8")).toBe(editorSchemaText());
  });

  it("docs/settings.md, with a description of every setting", () => {
    expect(readFileSync(join(settingsDirectory, "../docs/settings.md"), "utf8")).toBe(settingsPage());
  });
});

it("default.yaml gives a default for every setting", () => {
  const defaults: unknown = parse(readFileSync(join(settingsDirectory, "default.yaml"), "utf8"));
  const missing = settingVariables(settingsSchema).filter(({ path }) => {
    const value = path.reduce<unknown>((tree, key) => (tree as Record<string, unknown> | undefined)?.[key], defaults);
    return value === undefined;
  });
  expect(missing).toEqual([]);
});

it.each(["default.yaml", "local.yaml"])("%s is valid for the schema that editors check it with", (file) => {
  // Zod compiles patterns without the flag u, which JSON Schema has and `\p{…}` needs.
  const schema = z.fromJSONSchema(
    JSON.parse(editorSchemaText(), (key, value) => (key === "pattern" && /\\p\{/i.test(value) ? undefined : value)),
  );
  expect(schema.safeParse(parse(readFileSync(join(settingsDirectory, file), "utf8"))).error?.issues).toBeUndefined();
  expect(schema.safeParse({ ebs: { size: 20 } }).success).toBe(false);
  expect(schema.safeParse({ ebs: { iops: "many" } }).success).toBe(false);
});

it("names an environment variable for every setting, each once", () => {
  const names = settingVariables(settingsSchema).map(({ variable }) => variable);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain("WORKBENCH_EBS_VOLUME_SIZE_GIB");
  expect(names).toContain("WORKBENCH_EBS_THROUGHPUT_MIBPS");
});

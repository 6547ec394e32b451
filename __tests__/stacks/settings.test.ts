import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { settingsDocuments } from "../../settings/documents/documents";
import { settingVariables } from "../../settings/load/environment-variables";
import { definitions } from "../../stacks/definitions";
import { loadSettings, settingsOf, settingsSchema } from "../../stacks/settings";
import { settingsWith, stackNames, synthesize } from "./synthesize";

const project = join(__dirname, "../..");
const documents = settingsDocuments(
  settingsSchema.sections,
  definitions.map(({ name }) => name),
);

it.each(documents)("$file matches the schema; if stale, run npm run settings:generate", ({ file, text }) => {
  expect(readFileSync(join(project, file), "utf8")).toBe(text);
});

it("default.yaml has the values that apply without a file and without variables", () => {
  const { environment: _, ...defaults } = loadSettings({ environment: {} });
  expect(parse(readFileSync(join(project, "settings/default.yaml"), "utf8"))).toEqual(defaults);
});

it.each(["default.yaml", "local.yaml"])("%s is valid by the schema with which editors check it", (file) => {
  const [{ text }] = documents as [(typeof documents)[number]];
  // Zod compiles patterns without the flag u, which JSON Schema has and `\p{…}` needs.
  const schema = z.fromJSONSchema(
    JSON.parse(text, (key, value) => (key === "pattern" && /\\p\{/i.test(value) ? undefined : value)),
  );
  expect(schema.safeParse(parse(readFileSync(join(project, "settings", file), "utf8"))).error?.issues).toBeUndefined();
  expect(schema.safeParse({ ebs: { size: 20 } }).success).toBe(false);
  expect(schema.safeParse({ ebs: { iops: "many" } }).success).toBe(false);
});

it("gives a stack its own settings, those that it shares and those of every stack, and no others", () => {
  const settings = loadSettings({ environment: {} });
  expect(Object.keys(settingsOf({ name: "ec2", shares: ["ssh"] }, settings)).sort()).toEqual(
    ["aws", "ec2", "environment", "project", "ssh", "state", "tags"].sort(),
  );
});

it.each(stackNames)("%s sets no tag that a user may set too", (stack) => {
  const ownTags = Object.values(synthesize(stack).resource)
    .flatMap((ofType) => Object.values(ofType))
    .flatMap(({ tags, tags_to_add }) => Object.keys({ ...tags, ...tags_to_add }));
  expect(ownTags).toContain("Name");
  for (const key of new Set(ownTags)) {
    expect(() => settingsWith({ TAGS: JSON.stringify({ [key]: "mine" }) })).toThrow("which Workbench sets itself");
  }
});

it("names an environment variable for every setting, each once", () => {
  const names = settingVariables(settingsSchema.sections).map(({ variable }) => variable);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain("WORKBENCH_EBS_VOLUME_SIZE_GIB");
  expect(names).toContain("WORKBENCH_EBS_THROUGHPUT_MIBPS");
});

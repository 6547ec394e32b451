import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { amazonPlugin, oldestPacker } from "../modules/images/packer-template";
import { amazonPluginVersion, packerVersion } from "../scripts/setup/packer-build";

const folder = join(__dirname, "../.github/workflows");

describe.each(readdirSync(folder))("the workflow %s", (file) => {
  const text = readFileSync(join(folder, file), "utf8");

  it("uses actions by their full commit, and says which version that is", () => {
    const uses = text.match(/^.*\buses:.*$/gm) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("may read the repository, and what a job may do beside that the job says", () => {
    expect(parse(text).permissions).toEqual({ contents: "read" });
  });
});

it("images are built everywhere with the Packer and the plugin that their templates ask for", () => {
  const versions =
    readFileSync(join(folder, "image.yml"), "utf8").match(/setup-packer@.*\n.*\n.*version: "(.*)"/g) ?? [];
  expect(versions).toHaveLength(2);
  for (const version of versions) expect(version).toContain(`"${oldestPacker}"`);
  expect(packerVersion).toBe(oldestPacker);
  expect(amazonPluginVersion).toBe(amazonPlugin.version);
});

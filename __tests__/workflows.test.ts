import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { amazonPlugin, oldestPacker } from "../packer/template/packer-template";
import { amazonPluginVersion, packerVersion } from "../scripts/setup/packer-build";
import { runnersOf } from "../scripts/testing/runners";
import { type Kind, listTestFiles } from "../scripts/testing/test-files";

const folder = join(__dirname, "../.github/workflows");

describe.each(readdirSync(folder))("the workflow %s", (file) => {
  const text = readFileSync(join(folder, file), "utf8");

  it("pins actions to a full commit, with the version as a comment", () => {
    const uses = text.match(/^.*\buses:.*$/gm) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("may only read the repository; a job declares its other permissions itself", () => {
    expect(parse(text).permissions).toEqual({ contents: "read" });
  });
});

it("images are built everywhere with the versions of Packer and its plugin that their templates require", () => {
  const versions =
    readFileSync(join(folder, "image.yml"), "utf8").match(/setup-packer@.*\n.*\n.*version: "(.*)"/g) ?? [];
  expect(versions).toHaveLength(2);
  for (const version of versions) expect(version).toContain(`"${oldestPacker}"`);
  expect(packerVersion).toBe(oldestPacker);
  expect(amazonPluginVersion).toBe(amazonPlugin.version);
});

describe.each([
  { workflow: "ci.yml", job: "test", isOf: (kind: Kind) => kind !== "deep" },
  { workflow: "nightly.yml", job: "deep", isOf: (kind: Kind) => kind === "deep" },
])("the job $job of $workflow", ({ workflow, job, isOf }) => {
  const { [job]: described } = parse(readFileSync(join(folder, workflow), "utf8")).jobs;

  it("gives a runner time to reach its own limit, which reports what did not end", () => {
    const runners = runnersOf(listTestFiles().filter(({ kind }) => isOf(kind)));
    const longestSec = Math.max(...runners.map(({ timeoutSec }) => timeoutSec));
    // Stories run one after another if there is memory for only one at a time.
    const storiesSec = 60 * runners.reduce((sum, { needs }) => sum + (needs?.minutes ?? 0), 0);
    // The fast tests come first.
    const setUpSec = 1800 + (runners.find(({ name }) => name === "fast tests")?.timeoutSec ?? 0);
    expect(described["timeout-minutes"] * 60).toBeGreaterThan(setUpSec + storiesSec + longestSec);
  });

  it("keeps the logs even if the job was cut off", () => {
    expect(described.steps.at(-1)).toMatchObject({ if: "failure() || cancelled()", with: { name: "logs" } });
  });
});

it("no image is built from a template that nobody reviewed", () => {
  const { build } = parse(readFileSync(join(folder, "image.yml"), "utf8")).jobs;
  const commands: string[] = build.steps.map(({ run = "" }: { run?: string }) => run.split("\n")[0]);
  const generated = commands.indexOf("npm run packer:generate");
  expect(commands[generated + 1]).toBe("git diff --exit-code -- 'packer/*/*.pkr.hcl'");
  expect(commands.findIndex((command) => command.startsWith("packer build"))).toBeGreaterThan(generated + 1);
});

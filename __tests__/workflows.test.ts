import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { amazonPlugin, oldestPacker } from "../packer/template/packer-template";
import { amazonPluginVersion, packerVersion } from "../scripts/setup/packer-build";
import { runnersOf } from "../scripts/testing/runners";
import { type Kind, listTestFiles } from "../scripts/testing/test-files";
import { temporaryFolder } from "./temporary-folder";

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

describe("no workflow puts an expression into a script", () => {
  it.each(readdirSync(folder))("%s", (file) => {
    const jobs: { steps: { run?: string }[] }[] = Object.values(parse(readFileSync(join(folder, file), "utf8")).jobs);
    const scripts = jobs.flatMap(({ steps }) => steps.flatMap(({ run = "" }) => run.split("\n")));
    // GitHub fills it in before the shell reads the script: an input could end a word and begin a command.
    expect(scripts.filter((line) => line.includes("${{"))).toEqual([]);
  });
});

describe("the workflow release.yml", () => {
  const { on, jobs } = parse(readFileSync(join(folder, "release.yml"), "utf8"));
  const { release } = jobs;
  const steps: Step[] = release.steps;
  const indexOf = (isIt: (step: Step) => boolean): number => steps.findIndex(isIt);
  const step = steps.find(({ id }) => id === "release");

  interface Step {
    readonly id?: string;
    readonly run?: string;
    readonly uses?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly with?: Readonly<Record<string, unknown>>;
  }

  /** Runs the script of the release with values for its variables. Returns what it gives npm, an argument a line. */
  async function argumentsFor(values: Readonly<Record<string, string>>) {
    const directory = temporaryFolder("release-workflow-");
    writeFileSync(join(directory, "npm"), '#!/bin/sh\nprintf "%s\\n" "$@"\nexit "${NPM_STATUS:-0}"\n', { mode: 0o755 });
    const none = Object.fromEntries(Object.keys(step?.env ?? {}).map((name) => [name, ""]));
    const env = {
      ...{ ...none, CONTEXT: ".", DRY_RUN: "false", SERVICE: "web", ...values },
      ...{ PATH: `${directory}:${process.env["PATH"]}`, GITHUB_WORKSPACE: "/checkout", RUNNER_TEMP: directory },
    };
    const { stdout, exitCode } = await execa("bash", ["-e", "-c", step?.run ?? ""], { env, reject: false });
    return { words: stdout.split("\n"), exitCode, log: readFileSync(join(directory, "release.log"), "utf8") };
  }

  it("has the same inputs for people and for other repositories", () => {
    expect(Object.keys(on.workflow_dispatch.inputs)).toEqual(
      expect.arrayContaining(["service", "tag", "rollback", "dry_run"]),
    );
    expect(on.workflow_call.inputs).toEqual(on.workflow_dispatch.inputs);
  });

  it("may only read, and get a token that AWS exchanges", () => {
    expect(release.permissions).toEqual({ contents: "read", "id-token": "write" });
  });

  it("lets one release of a service end before the next begins", () => {
    expect(release.concurrency["cancel-in-progress"]).toBe(false);
    expect(release.concurrency.group).toContain("${{ inputs.service }}");
  });

  it("installs packages while there are no credentials", () => {
    const credentials = indexOf(({ uses = "" }) => uses.startsWith("aws-actions/configure-aws-credentials@"));
    expect(indexOf(({ run }) => run === "npm ci")).toBeLessThan(credentials);
    expect(steps[credentials]?.with?.["role-to-assume"]).toBe("${{ vars.RELEASE_ROLE_ARN }}");
  });

  it("keeps no credentials of GitHub in a checkout", () => {
    const checkouts = steps.filter(({ uses = "" }) => uses.startsWith("actions/checkout@"));
    expect(checkouts.map((each) => each.with?.["persist-credentials"])).toEqual([false, false]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    [
      "a folder of the caller",
      { CONTEXT: "app", TAG: "v1.2.3" },
      ["--context", "/checkout/application/app", "--tag", "v1.2.3"],
    ],
    ["an image", { IMAGE: "sha256:0a" }, ["--image", "sha256:0a"]],
    ["an older revision", { ROLLBACK: "7", NOTIFY: "web-hook" }, ["--rollback", "7", "--notify", "web-hook"]],
    ["nothing, in a dry run", { DRY_RUN: "true" }, ["--context", "/checkout/application/.", "--dry-run"]],
    ["a tag that is a command", { IMAGE: "a", TAG: '"; id $(id) `id`' }, ["--image", "a", "--tag", '"; id $(id) `id`']],
  ])("releases %s", async (_, values, expected) => {
    const { words, exitCode } = await argumentsFor(values);
    expect({ words, exitCode }).toEqual({ words: ["run", "release", "--", "web", ...expected, "--yes"], exitCode: 0 });
  });

  it("fails as the release does, and keeps what it said", async () => {
    const { words, exitCode, log } = await argumentsFor({ NPM_STATUS: "3" });
    expect(exitCode).toBe(3);
    expect(log).toBe(`${words.join("\n")}\n`);
  });
});

import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { projectRoot } from "../../../scripts/support/project";
import { temporaryFolder } from "../../temporary-folder";

const { BUNDLE, patchCdktfCli, patched, unpatched } = require("../../../scripts/setup/patch-cdktf-cli.cjs");
const bundle = path.join(projectRoot, BUNDLE);
const installed = path.join(projectRoot, "node_modules/cdktf-cli");

const WAITING = { timeout: 300_000, interval: 50 };

/**
 * A fake Terraform. Reports when it is at work, and records every signal. Two seconds after the first signal it saves
 * and ends with exit code 1. If HOLD is set, it first waits for the file that `goOn` writes.
 */
const TERRAFORM = `#!/bin/bash
case "$1" in
  version) echo '{"terraform_version":"1.11.4"}' ;;
  apply | plan)
    for signal in INT TERM HUP; do trap "echo $signal >>'$TOLD'" "$signal"; done
    echo $$ >"$TOLD.pid"
    echo "Creating..."
    until [ -z "$HOLD" ] && [ -s "$TOLD" ] || [ -e "$TOLD.go-on" ]; do sleep 0.1; done
    for _ in {1..20}; do sleep 0.1; done
    if [ -s "$TOLD" ]; then ending=1; else ending=0; fi
    echo saved >>"$TOLD"
    exit "$ending"
    ;;
esac
`;

/** A program that writes one stack by hand. These tests only need what cdktf-cli does with Terraform. */
const APP = `
const fs = require("node:fs"), out = process.env.CDKTF_OUTDIR;
fs.mkdirSync(out + "/stacks/one", { recursive: true });
const metadata = { version: "0.21.0", stackName: "one", backend: "local" };
const content = { "//": { metadata }, terraform: { required_providers: {} } };
fs.writeFileSync(out + "/stacks/one/cdk.tf.json", JSON.stringify(content));
const one = { name: "one", constructPath: "one", synthesizedStackPath: "stacks/one/cdk.tf.json",
  workingDirectory: "stacks/one", dependencies: [], annotations: [] };
fs.writeFileSync(out + "/manifest.json", JSON.stringify({ version: "0.21.0", stacks: { one } }));
`;

let folder: string;
let told: string;
beforeEach(() => {
  folder = temporaryFolder("patch-cdktf-cli-");
  told = path.join(folder, "told");
  writeFileSync(path.join(folder, "terraform"), TERRAFORM);
  chmodSync(path.join(folder, "terraform"), 0o755);
  writeFileSync(path.join(folder, "app.cjs"), APP);
  writeFileSync(
    path.join(folder, "cdktf.json"),
    JSON.stringify({ language: "typescript", app: "node app.cjs", projectId: "one", sendCrashReports: "false" }),
  );
});

/** Copies cdktf-cli, as npm installs it, into the test's own folder. */
function withoutPatches(): string {
  const copy = path.join(folder, "without-patches");
  cpSync(installed, copy, { recursive: true, filter: (file) => !file.endsWith(".map") });
  symlinkSync(path.join(projectRoot, "node_modules"), path.join(folder, "node_modules"));
  const file = path.join(copy, "bundle/bin/cmds/handlers.js");
  writeFileSync(file, unpatched(readFileSync(file, "utf8")));
  return copy;
}

/** The signals that Terraform got, and `saved` when it saved its state. */
const seen = (): string[] => (existsSync(told) ? readFileSync(told, "utf8").split("\n").filter(Boolean) : []);

/**
 * Runs a verb until Terraform is at work, then sends cdktf's process group a signal, as a terminal does.
 *
 * @param more a further signal, for which Terraform waits before it ends. @default it ends by itself
 */
async function cutOff(cli: string, words: string[], signal: NodeJS.Signals, more?: string) {
  const cdktf = execa(process.execPath, [path.join(cli, "bundle/bin/cdktf"), ...words, "--skip-provider-lock"], {
    cwd: folder,
    env: { PATH: `${folder}:${process.env["PATH"]}`, TOLD: told, HOLD: more ?? "", CI: "true" },
    detached: true,
    all: true,
    reject: false,
  });
  const working = vi.waitFor(() => expect(readFileSync(`${told}.pid`, "utf8")).toMatch(/^\d+\n$/), WAITING);
  const early = cdktf.then(({ all }) => Promise.reject(new Error(`ended before Terraform began:\n${all}`)));
  await Promise.race([working, early]);
  early.catch(() => undefined);
  process.kill(-(cdktf.pid ?? Number.NaN), signal);
  if (more !== undefined) {
    await vi.waitFor(() => expect(seen()).toContain(more), { ...WAITING, timeout: 20_000 }).catch(() => undefined);
    goOn();
  }
  const { exitCode } = await cdktf;
  return { exitCode, seenThen: seen(), terraform: Number(readFileSync(`${told}.pid`, "utf8")) };
}

/**
 * Does so without the patches, until Terraform gets a further signal. On a busy computer, cdktf may end before it sends
 * that.
 */
async function expectFurtherSignal(words: string[], signal: NodeJS.Signals, more: string): Promise<void> {
  const cli = withoutPatches();
  for (let tries = 1; tries <= 10 && !seen().includes(more); tries++) {
    for (const file of [told, `${told}.pid`, `${told}.go-on`]) rmSync(file, { force: true });
    const { terraform } = await cutOff(cli, words, signal, more);
    await ended(terraform);
  }
  expect(seen()).toContain(more);
}

const goOn = (): void => writeFileSync(`${told}.go-on`, "");

/** Waits until a process that has lost its parent ends. */
const ended = (pid: number) => vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), WAITING);

const deploy = ["deploy", "one", "--auto-approve"];

describe("Ctrl-C", () => {
  test("reaches Terraform once, and cdktf deploy waits until it has saved its state", async () => {
    const { exitCode, seenThen } = await cutOff(installed, deploy, "SIGINT");
    expect(seenThen).toEqual(["INT", "saved"]);
    expect(exitCode).toBe(1);
  });

  test("reaches terraform plan once, and cdktf diff waits until it has released its lock", async () => {
    const { exitCode, seenThen } = await cutOff(installed, ["diff", "one"], "SIGINT");
    expect(seenThen).toEqual(["INT", "saved"]);
    expect(exitCode).toBe(1);
  });

  test.each([
    ["deploy", deploy, "HUP"],
    ["diff", ["diff", "one"], "TERM"],
  ])("in cdktf %s without the patches sends Terraform another signal", async (_verb, words, more) => {
    await expectFurtherSignal(words, "SIGINT", more);
  });
});

describe("closing the terminal", () => {
  test("does not reach Terraform, which finishes its work", async () => {
    const { terraform } = await cutOff(installed, deploy, "SIGHUP");
    goOn();
    await ended(terraform);
    expect(seen()).toEqual(["saved"]);
  });

  test("reaches Terraform without the patches", async () => {
    await expectFurtherSignal(deploy, "SIGHUP", "HUP");
  });
});

describe("the patches", () => {
  test("can be applied again without a change", () => {
    const code = readFileSync(bundle, "utf8");
    expect(patched(code)).toBe(code);
    expect(patched(unpatched(code))).toBe(code);
    expect(unpatched(code)).not.toBe(code);
  });

  test("are applied to a new installation once", () => {
    const file = path.join(folder, BUNDLE);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, unpatched(readFileSync(bundle, "utf8")));
    patchCdktfCli(folder);
    expect(readFileSync(file, "utf8")).toBe(readFileSync(bundle, "utf8"));
    writeFileSync(file, "");
    patchCdktfCli(folder);
    expect(readFileSync(file, "utf8")).toBe("");
  });

  test("fail with one sentence for another cdktf-cli", () => {
    expect(() => patched("another program")).toThrow(
      /^node_modules\/cdktf-cli\/bundle\/bin\/cmds\/handlers\.js cannot be patched: expected ".+" once, got it 0 times; .+ is for cdktf-cli 0\.21\.0, so install that version with npm ci$/,
    );
  });
});

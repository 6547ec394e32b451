import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { runTerraform, type SynthesizedStack } from "../../../scripts/terraform/run-terraform";
import { temporaryFolder } from "../../temporary-folder";
import { recorded } from "./recorded";

let directory: string;
let stack: SynthesizedStack;

/** Puts a program called terraform on the PATH. */
function fakeTerraform(script: string): void {
  const file = path.join(directory, "terraform");
  writeFileSync(file, `#!/bin/bash\n${script}\n`);
  chmodSync(file, 0o755);
}

beforeEach(() => {
  directory = temporaryFolder("run-terraform-");
  stack = { name: "fake", directory, environment: { PATH: `${directory}:/usr/bin:/bin` } };
});

test("tells every event", async () => {
  writeFileSync(path.join(directory, "events"), recorded("apply").join("\n"));
  fakeTerraform("cat events");
  const types: string[] = [];
  await runTerraform(stack, { args: ["apply"], timeoutSec: 10, onEvent: (event) => types.push(event.type) });
  expect(types.filter((type) => type === "apply_complete")).toHaveLength(2);
  expect(types.at(-1)).toBe("outputs");
});

test("fails in one sentence with stack, command and first error", async () => {
  writeFileSync(path.join(directory, "events"), recorded("apply-failed").join("\n"));
  fakeTerraform("cat events; exit 1");
  await expect(runTerraform(stack, { args: ["apply"], timeoutSec: 10 })).rejects.toThrow(
    /^stack fake: terraform apply failed: terraform_data\.mount: local-exec provisioner error: .*; see \.workbench\/logs\//,
  );
});

test("fails when terraform is not there any more", async () => {
  await expect(
    runTerraform({ ...stack, environment: { PATH: directory } }, { args: ["plan"], timeoutSec: 10 }),
  ).rejects.toThrow(/terraform plan failed: terraform is not installed/);
});

test("asks once to stop at the time limit, and waits for the state to be saved", async () => {
  fakeTerraform(`
    trap 'echo asked >> asked; (sleep 0.3; echo saved > saved; kill -KILL $$) & ' INT
    echo started > started; while true; do sleep 0.05; done`);
  const words: string[] = [];
  const running = runTerraform(stack, { args: ["apply"], timeoutSec: 5, onStopping: (word) => words.push(word) });
  await expect(running).rejects.toThrow(/did not end within 5 s/);
  expect(readFileSync(path.join(directory, "saved"), "utf8")).toBe("saved\n");
  expect(readFileSync(path.join(directory, "asked"), "utf8")).toBe("asked\n");
  expect(words.join()).toMatch(/not done within 5 s; Terraform \(pid \d+\) is finishing .* and saving its state/);
});

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, test, vi } from "vitest";

const file = path.resolve("scripts/testing/sweep-when-gone.ts");

/** A process that asks for the sweep of a folder, says so, and stays. */
function begin(directory: string, then: string) {
  const program = `import { sweepWhenGone } from ${JSON.stringify(file)};
    const callOff = sweepWhenGone(${JSON.stringify(directory)}); ${then} console.log("asked"); setInterval(() => {}, 1000);`;
  return execa(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program], { reject: false });
}

function folder(): string {
  const directory = mkdtempSync(path.join(tmpdir(), "workbench-"));
  writeFileSync(path.join(directory, "file"), "");
  return directory;
}

test("a folder is swept after the process was killed", async () => {
  const directory = folder();
  const running = begin(directory, "");
  await new Promise((resolve) => running.stdout.once("data", resolve));
  expect(existsSync(directory)).toBe(true);
  running.kill("SIGKILL");
  await running;
  await vi.waitFor(() => expect(existsSync(directory)).toBe(false), { timeout: 20_000, interval: 100 });
});

test("a folder stays when its sweep was called off", async () => {
  const [stays, goes] = [folder(), folder()];
  const both = `callOff(); sweepWhenGone(${JSON.stringify(goes)}); await new Promise((resolve) => setTimeout(resolve, 300));`;
  const running = begin(stays, both);
  await new Promise((resolve) => running.stdout.once("data", resolve));
  running.kill("SIGKILL");
  await running;
  // Both would be swept at the same time, as soon as this computer gets round to it.
  await vi.waitFor(() => expect(existsSync(goes)).toBe(false), { timeout: 20_000, interval: 100 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(existsSync(stays)).toBe(true);
  rmSync(stays, { recursive: true });
});

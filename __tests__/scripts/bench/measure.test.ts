import { readdirSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { measure } from "../../../scripts/bench/measure";
import { temporaryFolder } from "../../temporary-folder";

let temporary: string;
beforeEach(() => {
  temporary = temporaryFolder("measure-");
});

const run = (name: string, script: string) =>
  measure(
    { name, file: process.execPath, args: ["-e", script], env: { PATH: process.env["PATH"] }, timeoutSec: 300 },
    temporary,
  );

test("measures the time, and the memory and processor time of every process, and leaves no files", async () => {
  const alone = await run("test: one process", "");
  const child = 'require("node:child_process").execFileSync(process.execPath, ["-e", "Buffer.alloc(100 << 20, 1)"])';
  const both = await run("test: with a child", `${child}; setTimeout(() => {}, 300)`);
  expect(alone.peakMiB).toBeGreaterThan(10);
  // The child needs memory of its own in addition to the 100 MiB. (A forked process begins with its parent's peak.)
  expect(both.peakMiB).toBeGreaterThan(alone.peakMiB + 130);
  expect(both.wallMs).toBeGreaterThan(300);
  expect(both.cpuMs).toBeGreaterThan(alone.cpuMs);
  expect(readdirSync(temporary)).toEqual([]);
});

test("fails with the name of the failed command, and leaves no files", async () => {
  await expect(run("test: broken", 'console.error("no such stack"); process.exit(3)')).rejects.toThrow(
    /^bench test: broken failed: no such stack; see .*bench-test-broken\.log$/,
  );
  expect(readdirSync(temporary)).toEqual([]);
});

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, expect, test, vi } from "vitest";
import { venvPython } from "../../../scripts/setup/python-env";
import { projectRoot } from "../../../scripts/support/project";
import { readJUnit } from "../../../scripts/testing/junit";
import { RunnerProgress } from "../../../scripts/testing/runner-progress";
import { readCpuSec, withCpu } from "../../../scripts/testing/usage";
import { temporaryFolder } from "../../temporary-folder";

let directory: string;
beforeEach(() => {
  directory = temporaryFolder("runners-");
});

/** Runs a real runner on one test file. Returns the results in its report, and the last line of progress. */
async function run(file: string, args: readonly string[]) {
  const [report, cpu] = [path.join(directory, "report.xml"), path.join(directory, "cpu")];
  const command = withCpu(file, args, { cpuFile: cpu, yieldsUntil: path.join(directory, "never") });
  // In a session of its own, as in `npm test`. Otherwise it would lower the share of this test's own session.
  const { all } = await execa(command.file, command.args, {
    cwd: directory,
    detached: true,
    reject: false,
    all: true,
  });
  const progress = new RunnerProgress();
  const shown = all.split("\n").flatMap((line) => progress.follow(line) ?? []);
  expect(readCpuSec(readFileSync(cpu, "utf8"))).toBeGreaterThan(0.1);
  return { results: readJUnit(readFileSync(report, "utf8")), counted: shown.at(-1)?.replace(/:.*/, "") };
}

function vitest(source: string) {
  writeFileSync(path.join(directory, "x.test.ts"), source);
  const bin = path.join(projectRoot, "node_modules/.bin/vitest");
  // Without this file, vitest would use this project's configuration, the nearest one above.
  writeFileSync(path.join(directory, "vitest.config.mjs"), "export default { test: { globals: true } };");
  const reporters = ["--reporter", "verbose", "--reporter", "junit", "--outputFile.junit=report.xml"];
  return run(bin, ["run", "--root", directory, ...reporters]);
}

function pytest(source: string) {
  writeFileSync(path.join(directory, "test_x.py"), source);
  const args = ["-m", "pytest", "-v", "-n", "1", "-p", "no:cacheprovider", "--junitxml=report.xml", "test_x.py"];
  return run(venvPython, args);
}

test("vitest's results arrive with their reasons", async () => {
  const { results, counted } = await vitest(`
    describe("a", () => { test("passes", () => {}); test("fails", () => { throw new Error("because"); });
      test("is slow", () => new Promise(() => {}), 10); });
    describe.skipIf(true)("machines (needs root)", () => { test("are skipped", () => {}); });
    describe("b", () => { beforeAll(() => { throw new Error("set-up failed"); }); test("never runs", () => {}); });
  `);
  expect(results).toEqual({
    passed: 1,
    failed: [
      { name: "x.test.ts > a > fails", reason: expect.stringMatching(/^Error: because\n.*x\.test\.ts:2/s) },
      { name: "x.test.ts > a > is slow", reason: expect.stringMatching(/^Error: Test timed out in 10ms\./) },
      { name: "x.test.ts > b", reason: expect.stringMatching(/^Error: set-up failed/) },
    ],
    skipped: [
      { name: "x.test.ts > machines (needs root) > are skipped", reason: "" },
      { name: "x.test.ts > b > never runs", reason: "" },
    ],
  });
  expect(counted).toBe("5 done, 2 failed");
});

test("a file that vitest cannot load is a failure", async () => {
  const { results } = await vitest('import "./not-there";');
  expect(results?.failed).toEqual([{ name: "x.test.ts > x.test.ts", reason: expect.stringContaining("not-there") }]);
});

test("pytest's results arrive with their reasons", async () => {
  const { results, counted } = await pytest(`
import pytest
def test_passes(): pass
def test_fails(): assert 1 == 2
@pytest.mark.skip(reason="needs root")
def test_is_skipped(): pass
@pytest.fixture
def broken(): raise RuntimeError("set-up failed")
def test_never_runs(broken): pass
`);
  expect(results).toEqual({
    passed: 1,
    failed: [
      { name: "test_x > test_fails", reason: expect.stringContaining("assert 1 == 2") },
      { name: "test_x > test_never_runs", reason: expect.stringContaining("set-up failed") },
    ],
    skipped: [{ name: "test_x > test_is_skipped", reason: "needs root" }],
  });
  expect(counted).toBe("4 done, 2 failed");
});

test("a file that pytest cannot load is a failure", async () => {
  const { results } = await pytest("import not_there");
  expect(results?.failed).toEqual([{ name: "test_x", reason: expect.stringContaining("not_there") }]);
});

const mayRaise = process.getuid?.() === 0 && existsSync("/proc/self/autogroup");
test.skipIf(!mayRaise)(
  "a runner that yields has its usual share again when the stories are done (as root on Linux)",
  async () => {
    const [done, cpuFile] = [path.join(directory, "done"), path.join(directory, "cpu")];
    const { file, args } = withCpu("sleep", ["600"], { cpuFile, yieldsUntil: done });
    const running = execa(file, args, { detached: true, reject: false });
    const share = () => readFileSync(`/proc/${running.pid}/autogroup`, "utf8");
    const limit = { timeout: 300_000 };
    await vi.waitFor(() => expect(share()).toMatch(/ nice 5$/m), limit);
    writeFileSync(done, "");
    await vi.waitFor(() => expect(share()).toMatch(/ nice 0$/m), limit);
    process.kill(-(running.pid ?? Number.NaN), "SIGTERM");
    await running;
  },
);

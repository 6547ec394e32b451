import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { venvPython } from "../../../scripts/setup/python-env";
import { projectRoot } from "../../../scripts/support/project";
import { parseTestEvent } from "../../../scripts/testing/test-events";

let directory: string;
let events: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "runners-"));
  events = path.join(directory, "events.jsonl");
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs a real runner on one file of tests; returns `outcome name: first line of the reason` a test, and "end". */
async function run(file: string, args: readonly string[]): Promise<string[]> {
  await execa(file, args, {
    cwd: directory,
    env: { TEST_EVENTS_FILE: events, PYTHONPATH: path.join(projectRoot, "scripts", "testing") },
    reject: false,
    timeout: 50_000,
  });
  return readFileSync(events, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const event = parseTestEvent(line);
      if (event?.event !== "test") return event?.event ?? "no event";
      return `${event.outcome} ${event.name.replace(/^.*\//, "")}: ${(event.reason ?? "").split("\n")[0]}`;
    });
}

function vitest(source: string): Promise<string[]> {
  writeFileSync(path.join(directory, "x.test.ts"), source);
  const reporter = path.join(projectRoot, "scripts/testing/vitest-reporter.ts");
  const bin = path.join(projectRoot, "node_modules/.bin/vitest");
  // Of its own, since the nearest one above would be this project's.
  writeFileSync(path.join(directory, "vitest.config.mjs"), "export default { test: { globals: true } };");
  return run(bin, ["run", "--root", directory, "--reporter", reporter]);
}

function pytest(source: string): Promise<string[]> {
  writeFileSync(path.join(directory, "test_x.py"), source);
  return run(venvPython, ["-m", "pytest", "-p", "workbench_pytest_events", "-p", "no:cacheprovider", "test_x.py"]);
}

test("vitest's results arrive with their reasons", async () => {
  const results = await vitest(`
    describe("a", () => { test("passes", () => {}); test("fails", () => { throw new Error("because"); });
      test("is slow", () => new Promise(() => {}), 10); });
    test("is skipped", (context) => context.skip("needs root"));
    describe("b", () => { beforeAll(() => { throw new Error("set-up failed"); }); test("never runs", () => {}); });
  `);
  expect(results).toContain("passed x.test.ts > a > passes: ");
  expect(results).toContain("failed x.test.ts > a > fails: because");
  expect(results).toContain("failed x.test.ts > a > is slow: Test timed out in 10ms.");
  expect(results).toContain("skipped x.test.ts > is skipped: needs root");
  expect(results).toContain("failed x.test.ts > b: set-up failed");
  expect(results.at(-1)).toBe("end");
});

test("a file that vitest cannot load is a failure", async () => {
  const results = await vitest('import "./not-there";');
  expect(results[0]).toMatch(/^failed x\.test\.ts: .*not-there/);
});

test("pytest's results arrive with their reasons", async () => {
  const results = await pytest(`
import pytest
def test_passes(): pass
def test_fails(): assert 1 == 2
@pytest.mark.skip(reason="needs root")
def test_is_skipped(): pass
@pytest.fixture
def broken(): raise RuntimeError("set-up failed")
def test_never_runs(broken): pass
`);
  expect(results).toContain("passed test_x.py::test_passes: ");
  expect(results.some((line) => line.startsWith("failed test_x.py::test_fails:"))).toBe(true);
  expect(results).toContain("skipped test_x.py::test_is_skipped: needs root");
  expect(results.some((line) => line.startsWith("failed test_x.py::test_never_runs (setup):"))).toBe(true);
  expect(results.at(-1)).toBe("end");
});

test("a file that pytest cannot load is a failure", async () => {
  const results = await pytest("import not_there");
  expect(results[0]).toMatch(/^failed test_x\.py:/);
});

import { expect, test } from "vitest";
import { RunnerProgress } from "../../../scripts/testing/runner-progress";

function follow(output: string) {
  const progress = new RunnerProgress();
  const shown = output.split("\n").flatMap((line) => progress.follow(line) ?? []);
  return { shown, results: progress.results() };
}

test("vitest's lines are counted, and only the test's name is shown", () => {
  const { shown, results } = follow(`
 RUN  v4.1.12 /work
 \u001b[32m✓\u001b[39m  lifecycle  __tests__/lifecycle/x.test.ts > a story > a step that ends well 1200ms
 ×  lifecycle  __tests__/lifecycle/x.test.ts > a story > a step that fails 3ms
   → because
 ↓  lifecycle  __tests__/lifecycle/x.test.ts > machines (needs root) > a step`);
  expect(shown).toEqual([
    "1 done, 0 failed: a step that ends well",
    "2 done, 1 failed: a step that fails",
    "3 done, 1 failed: a step",
  ]);
  expect(results).toMatchObject({
    passed: 1,
    failed: [{ name: "__tests__/lifecycle/x.test.ts > a story > a step that fails" }],
    skipped: [{ name: "__tests__/lifecycle/x.test.ts > machines (needs root) > a step" }],
  });
});

test("the lines of pytest's workers are counted", () => {
  const { shown, results } = follow(`
test_x.py::test_passes
[gw0] [ 25%] PASSED test_x.py::test_passes
[gw1] [ 50%] FAILED test_x.py::test_fails
[gw0] [ 75%] SKIPPED test_x.py::test_is_skipped
[gw0] [100%] ERROR test_x.py::test_never_runs `);
  expect(shown.at(-1)).toBe("4 done, 2 failed: test_x.py::test_never_runs");
  expect(results).toMatchObject({ passed: 1, skipped: [{ name: "test_x.py::test_is_skipped" }] });
});

import { describe, expect, test } from "vitest";
import { parseEvent } from "../../../scripts/terraform/events";
import { describeChanges, isEmpty, OperationProgress, total } from "../../../scripts/terraform/operation-progress";
import { recorded } from "./recorded";

function follow(progress: OperationProgress, lines: readonly string[]): string[] {
  return lines.map((line, second) => {
    const event = parseEvent(line);
    if (event) progress.follow(event);
    return progress.describe(second);
  });
}

describe("the progress of a plan", () => {
  test("counts refreshed resources, and ends with the planned changes", () => {
    const progress = new OperationProgress();
    const words = follow(progress, recorded("plan"));
    expect(words[0]).toBe("planning (0 s)");
    expect(words.at(-1)).toMatch(/^planning, 2 refreshed \(\d+ s\)$/);
    expect(progress.changes).toMatchObject({ add: 1, change: 0, remove: 1 });
  });

  test("has unchanged outputs when there is nothing to do", () => {
    const progress = new OperationProgress();
    follow(progress, recorded("plan-empty"));
    expect(total(progress.changes ?? { add: 9, change: 9, remove: 9 })).toBe(0);
    expect(progress.outputs["volume_id"]?.action).toBe("noop");
  });

  test("is not empty when the plan only imports", () => {
    expect(isEmpty({ add: 0, change: 0, remove: 0, import: 1 })).toBe(false);
    expect(isEmpty({ add: 0, change: 0, remove: 0, import: 0 })).toBe(true);
  });
});

describe("the progress of an apply", () => {
  test("names the newest resource in progress, counts a replacement as two steps, and ends with every step done", () => {
    const progress = new OperationProgress({ add: 1, change: 0, remove: 1 });
    const words = follow(progress, recorded("apply")).map((word) => word.replace(/ \(.*/, ""));
    expect([...new Set(words)]).toEqual([
      "applying 0 of 2",
      "applying 0 of 2: terraform_data.mount",
      "applying 1 of 2",
      "applying 1 of 2: terraform_data.mount",
      "applying 2 of 2",
    ]);
    expect(progress.outputs["volume_id"]?.value).toMatch(/^vol-/);
  });

  test("does not count failed steps", () => {
    const progress = new OperationProgress({ add: 2, change: 0, remove: 0 });
    expect(follow(progress, recorded("apply-failed")).at(-1)).toMatch(/^applying 1 of 2 \(/);
  });
});

test("changes are described as a plan and as a result", () => {
  const changes = { add: 4, change: 1, remove: 0 };
  expect(describeChanges(changes, "planned")).toBe("4 to add, 1 to change, 0 to destroy");
  expect(describeChanges(changes, "done")).toBe("4 added, 1 changed, 0 destroyed");
});

test("lines that are no event give none", () => {
  expect(parseEvent("panic: runtime error")).toBeUndefined();
  expect(parseEvent("null")).toBeUndefined();
  expect(parseEvent('{"type":"apply_start"}')).toEqual({ type: "other" });
});

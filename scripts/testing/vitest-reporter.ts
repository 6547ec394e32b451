import { appendFileSync } from "node:fs";
import path from "node:path";
import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";
import { projectRoot } from "../support/project";
import type { TestEvent } from "./test-events";

/** Variable with the file that events are appended to; one of WORKBENCH_… would be a setting. */
export const EVENTS_FILE_VARIABLE = "TEST_EVENTS_FILE";

/** Writes vitest's results as {@link TestEvent}s. */
export default class EventReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === "pending") return;
    const reason = result.state === "skipped" ? result.note : result.errors?.map(describe).join("\n");
    write({ event: "test", name: `${fileOf(test.module)} > ${test.fullName}`, outcome: result.state, reason });
  }

  /** A suite whose own hooks fail takes its tests down without a result of theirs. */
  onTestSuiteResult(suite: TestSuite): void {
    this.writeErrors(`${fileOf(suite.module)} > ${suite.fullName}`, suite.errors());
  }

  onTestModuleEnd(module: TestModule): void {
    this.writeErrors(fileOf(module), module.errors());
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandledErrors: readonly { message: string; stack?: string }[]): void {
    this.writeErrors("an error outside of all tests", unhandledErrors);
    write({ event: "end" });
  }

  private writeErrors(name: string, errors: readonly { message: string; stack?: string }[]): void {
    if (errors.length === 0) return;
    write({ event: "test", name, outcome: "failed", reason: errors.map(describe).join("\n") });
  }
}

function fileOf(module: TestModule): string {
  return path.relative(projectRoot, module.moduleId);
}

/** The message, and where in our own files; vitest's errors for a time limit have a stack of another error. */
function describe({ message, stack = "" }: { message: string; stack?: string }): string {
  const where = stack
    .split("\n")
    .filter((line) => line.trimStart().startsWith("at ") && !line.includes("node_modules"));
  return [message, ...where].join("\n");
}

function write(event: TestEvent): void {
  const file = process.env[EVENTS_FILE_VARIABLE];
  // At once, so that nothing is lost when the runner is killed.
  if (file) appendFileSync(file, `${JSON.stringify(event)}\n`);
}

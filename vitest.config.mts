import { defineConfig } from "vitest/config";
import { filesOfKind, type Kind, listTestFiles, tagsOf } from "./scripts/testing/test-files.ts";

/** One limit a test, for what hangs: a busy computer takes its time, and is no reason to fail. */
const LIMIT_MS: Readonly<Record<Exclude<Kind, "python">, number>> = {
  fast: 300_000,
  slow: 1_800_000,
  lifecycle: 1_800_000,
  deep: 3_600_000,
};

const tags = new Set(listTestFiles().flatMap(({ file }) => tagsOf(file)));

function project(
  name: keyof typeof LIMIT_MS,
  groupOrder: number,
  options: { maxWorkers?: number; isolate?: boolean } = {},
) {
  return {
    extends: true as const,
    test: {
      name,
      include: filesOfKind(name),
      testTimeout: LIMIT_MS[name],
      hookTimeout: LIMIT_MS[name],
      sequence: { groupOrder },
      ...options,
    },
  };
}

export default defineConfig({
  test: {
    setupFiles: ["scripts/testing/measure-file.ts"],
    tags: [...tags].map((name) => ({ name })),
    projects: [
      // Its files share what they load, which is most of their work.
      project("fast", 0, { isolate: false }),
      project("slow", 1),
      // Stories wait for pauses of the AWS provider most of the time. `npm test` gives each a vitest of its own.
      project("lifecycle", 2, { maxWorkers: 4 }),
      project("deep", 3, { maxWorkers: 1 }),
    ],
  },
});

import { defineConfig } from "vitest/config";
import { filesOfKind, type Kind, listTestFiles, tagsOf } from "./scripts/testing/test-files.ts";

/** The limit of one test. It ends tests that hang, and is generous: a busy computer must not fail a test. */
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
    setupFiles: ["scripts/testing/measure-file.ts", "__tests__/remove-temporary-folders.ts"],
    tags: [...tags].map((name) => ({ name })),
    projects: [
      // Loading modules is most of the work of these files, so they share the loaded modules.
      project("fast", 0, { isolate: false }),
      project("slow", 1),
      // Stories spend most of their time in pauses of the AWS provider. `npm test` runs each story in its own vitest.
      project("lifecycle", 2, { maxWorkers: 4 }),
      project("deep", 3, { maxWorkers: 1 }),
    ],
  },
});

import { defineConfig } from "vitest/config";

/** Tests that boot machines, use disks or deploy: right, but not in seconds. */
const slow = ["__tests__/scripts/on-machine/**/*.test.ts", "__tests__/**/*.slow.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        // What `npm run check` runs: pure logic and synthesis, in seconds.
        test: {
          name: "fast",
          include: ["__tests__/**/*.test.ts"],
          exclude: [...slow, "__tests__/lifecycle/**"],
          // Some synthesize in processes of their own; a busy computer takes its time for that.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "machine",
          include: slow,
          exclude: ["__tests__/lifecycle/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Whole stories, each with a local AWS of its own; one after the other, since two cores boot all their machines.
        test: {
          name: "lifecycle",
          include: ["__tests__/lifecycle/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});

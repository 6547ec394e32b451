import { it } from "vitest";

/**
 * Steps of one story, each a test of its own in the report: after one has failed, the rest cannot be told, and says so.
 *
 * @returns a function that adds a step
 */
export function story(): (name: string, tell: () => Promise<void>) => void {
  let failed: string | undefined;
  return (name, tell) => {
    it(name, async () => {
      if (failed !== undefined) throw new Error(`the story ended at "${failed}"`);
      failed = name;
      await tell();
      failed = undefined;
    });
  };
}

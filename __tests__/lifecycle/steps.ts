import { it } from "vitest";

/**
 * Steps of one story, each reported as a test of its own. After one has failed, the others fail too and name it.
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

import { createServer } from "node:net";
import { expect, test } from "vitest";
import { inStorySlot } from "../../../scripts/testing/story-slot";

/** A story of another test run, which ends when `end` is called. */
async function otherStory() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { port: (server.address() as { port: number }).port, end: () => server.close() };
}

test("a story waits while others hold every slot, and runs in the first free slot", async () => {
  const [one, two] = await Promise.all([otherStory(), otherStory()]);
  const said: string[] = [];
  const wait = (words: string) => {
    said.push(words);
    two.end();
  };
  const ports = [one.port, two.port];
  expect(await inStorySlot(wait, async () => "ran", ports)).toBe("ran");
  expect(said).toContain("waits for a story of another test run to end");
  one.end();
});

test("a slot is free again after its story fails", async () => {
  const { port, end } = await otherStory();
  end();
  const fails = async () => Promise.reject(new Error("failed"));
  await expect(inStorySlot(() => undefined, fails, [port])).rejects.toThrow("failed");
  expect(
    await inStorySlot(
      () => undefined,
      async () => "ran",
      [port],
    ),
  ).toBe("ran");
});

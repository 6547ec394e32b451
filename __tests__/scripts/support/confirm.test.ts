import { PassThrough } from "node:stream";
import { afterEach, describe, expect, it, vi } from "vitest";
import { InterruptedError } from "../../../scripts/support/command-error";
import { confirm } from "../../../scripts/support/confirm";

/** Answers the question on a terminal, or without one. */
function answer(text: string, isTTY: boolean): Promise<void> {
  const input = Object.assign(new PassThrough(), { isTTY });
  vi.spyOn(process, "stdin", "get").mockReturnValue(input as never);
  vi.spyOn(process, "stdout", "get").mockReturnValue(new PassThrough() as never);
  input.write(`${text}\n`);
  return confirm("Retire it?", "nothing was retired");
}

describe("confirm", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(["y", "yes", " Y "])("takes %j as a yes", async (text) => {
    await expect(answer(text, true)).resolves.toBeUndefined();
  });

  it.each(["", "n", "yess", "sure"])("fails for every other answer: %j", async (text) => {
    await expect(answer(text, true)).rejects.toThrow(/^nothing was retired$/);
  });

  it.each(["\u0003", "\u0004"])("fails on Ctrl-C and at the end of input: %j", async (key) => {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
    vi.spyOn(process, "stdin", "get").mockReturnValue(input as never);
    vi.spyOn(process, "stdout", "get").mockReturnValue(Object.assign(new PassThrough(), { isTTY: true }) as never);
    input.write(key);
    await expect(confirm("Retire it?", "nothing was retired")).rejects.toThrow(
      new InterruptedError("nothing was retired"),
    );
  });

  it("fails without a terminal", async () => {
    await expect(answer("y", false)).rejects.toThrow(
      "nothing was retired: expected a terminal to confirm on, got none; pass --yes",
    );
  });
});

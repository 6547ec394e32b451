import { describe, expect, it } from "vitest";
import { stackNames, synthesize } from "./synthesize";

describe.each(stackNames)("outputs of stack %s", (stack) => {
  it("each say what they are, in one sentence", () => {
    const wordless = Object.entries(synthesize(stack).output).filter(
      ([, { description = "" }]) => !/^[A-Z].+\.$/.test(description),
    );
    expect(wordless.map(([name]) => name)).toEqual([]);
  });
});

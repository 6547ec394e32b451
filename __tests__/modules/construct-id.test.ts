import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constructId } from "../../modules/construct-id";

describe("constructId", () => {
  it.each([
    ["data@example.org", "data_at_example_dot_org"],
    ["first.last+alarms@example.org", "first_dot_last_x2b_alarms_at_example_dot_org"],
    ["data_at_example", "data_x5f_at_x5f_example"],
    ["a-1", "a-1"],
    ["grün 🙂", "gr_xfc_n_x20__x1f642_"],
  ])("of %s is %s", (text, id) => {
    expect(constructId(text)).toBe(id);
  });

  it("can be read back, so two texts never have one", () => {
    const words: Readonly<Record<string, string>> = { dot: ".", at: "@" };
    const readBack = (id: string): string =>
      id.replaceAll(/_([^_]+)_/g, (_, word) => words[word] ?? String.fromCodePoint(Number.parseInt(word.slice(1), 16)));
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => readBack(constructId(text)) === text));
  });
});

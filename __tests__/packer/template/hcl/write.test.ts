import { parse } from "@cdktf/hcl2json";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attributes, block, comment, expression, type HclValue } from "../../../../packer/template/hcl/values";
import { quote, writeHcl, writeInline } from "../../../../packer/template/hcl/write";

/** Reads text with HashiCorp's own parser. It returns templates as they are written, so their escapes are removed. */
async function readBack(text: string): Promise<unknown> {
  return unescaped(await parse("test.pkr.hcl", text));
}

function unescaped(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/([$%])\1\{/g, "$1{");
  if (Array.isArray(value)) return value.map(unescaped);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [unescaped(key), unescaped(item)]));
}

/** The value as HCL keeps it: text in Unicode's composed form, and only one zero. */
function kept(value: HclValue): unknown {
  if (typeof value === "string") return value.normalize("NFC");
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(kept);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.normalize("NFC"), kept(item)]));
}

describe("writes", () => {
  it("attributes, blocks and comments in the order in which they are given", () => {
    const body = [
      comment("Two lines\nof words"),
      block(
        "source",
        ["amazon-ebs", "x"],
        [["region", expression("var.region")], block("tag", [], [["key", "b"]]), ["a", 1]],
      ),
      block("empty", [], []),
    ];
    expect(writeHcl(body)).toBe(
      '# Two lines\n# of words\nsource "amazon-ebs" "x" {\n  region = var.region\n\n  tag {\n    key = "b"\n  }\n\n  a = 1\n}\n\nempty {}\n',
    );
  });

  it("a record without the attributes that are undefined", () => {
    expect(writeHcl(attributes({ b: 1, a: undefined, c: null }))).toBe("b = 1\nc = null\n");
  });

  it("lists and objects, with quotes where a key needs them", () => {
    expect(writeHcl([["x", { "a b": [1, "two"], true: [{ deep: [] }], ok_1: {} }]])).toBe(
      'x = {\n  "a b" = [1, "two"]\n  "true" = [\n    {\n      deep = []\n    },\n  ]\n  ok_1 = {}\n}\n',
    );
  });

  it("whole lines as a heredoc, with an end marker that is not in the text", () => {
    expect(writeHcl([["x", "one ${a}\nEOT\n"]])).toBe("x = <<EOT_\none $${a}\nEOT\nEOT_\n");
  });

  it("a value on one line, for use inside an expression", () => {
    expect(writeInline({ a: ["x\n", expression("var.y")], "b c": {} })).toBe('{ a = ["x\\n", var.y], "b c" = {} }');
  });
});

describe("reads back as it was written", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc
      .array(
        fc.constantFrom(
          "$",
          "%",
          "{",
          "}",
          "${",
          "%{",
          '"',
          "\\",
          "\n",
          "\r",
          "\t",
          "EOT",
          " ",
          "~",
          "é",
          "😀",
          "\u2028",
        ),
      )
      .map((parts) => parts.join("")),
  );
  const lines = fc.array(text).map((all) => all.map((line) => `${line}\n`).join(""));
  const scalar: fc.Arbitrary<HclValue> = fc.oneof(
    text,
    lines,
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
  );
  const { value } = fc.letrec<{ value: HclValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      scalar,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string({ minLength: 1 }), tie("value"), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));

  it("any text", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (each) => {
        expect(await readBack(`x = ${quote(each)}\n`)).toEqual({ x: kept(each) });
      }),
      { numRuns: 100 },
    );
  });

  it("any text of several lines", async () => {
    await fc.assert(
      fc.asyncProperty(lines, async (each) => {
        expect(await readBack(writeHcl([["x", each]]))).toEqual({ x: kept(each) });
      }),
      { numRuns: 100 },
    );
  });

  it("any value, in a block", async () => {
    await fc.assert(
      fc.asyncProperty(value, async (each) => {
        const text = writeHcl([block("b", ["label"], [["x", each]])]);
        expect(await readBack(text)).toEqual({ b: { label: [{ x: kept(each) }] } });
      }),
      { numRuns: 60 },
    );
  });

  it("any label of a block", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (label) => {
        const { b } = await parse("test.pkr.hcl", writeHcl([block("b", [label], [])]));
        expect(Object.keys(b)).toEqual([label]);
      }),
      { numRuns: 60 },
    );
  });

  it("any value on one line", async () => {
    await fc.assert(
      fc.asyncProperty(value, async (each) => {
        const line = writeInline(each);
        expect(line).not.toContain("\n");
        expect(await readBack(`x = ${line}\n`)).toEqual({ x: kept(each) });
      }),
      { numRuns: 60 },
    );
  });
});

describe("fails", () => {
  it.each<[string, () => unknown, string]>([
    [
      "for half of a surrogate pair",
      () => quote("\ud800"),
      'HCL: expected text of whole Unicode characters, got "\\ud800"',
    ],
    ["for a number that is not finite", () => writeHcl([["x", Number.NaN]]), "HCL: expected a finite number, got NaN"],
    [
      "for an attribute's name that HCL cannot express",
      () => writeHcl([["a b", 1]]),
      'HCL: expected an attribute name of letters, digits, "_" and "-", got "a b"',
    ],
    [
      "for a block's type that HCL cannot express",
      () => writeHcl([block("", [], [])]),
      'HCL: expected a block type of letters, digits, "_" and "-", got ""',
    ],
  ])("%s", (_, write, message) => {
    expect(write).toThrow(message);
  });
});

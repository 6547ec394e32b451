import { describe, expect, test } from "vitest";
import { readRequest } from "../../../scripts/release/request";
import { CommandError } from "../../../scripts/support/command-error";

const usage = "usage: npm run release -- SERVICE";
const read = (...args: string[]) => readRequest(args, usage, "/home/somebody/work");

describe("a command line", () => {
  test("names a context relative to the caller's folder", () => {
    expect(read("grand-central", "--context", "../app", "--tag", "v1.2.3")).toEqual({
      service: "grand-central",
      source: { kind: "context", folder: "/home/somebody/app", tag: "v1.2.3", rebuild: false },
      dryRun: false,
      yes: false,
    });
  });

  test("names an image", () => {
    expect(read("couchdb", "--image", "sha256:0", "--dry-run")).toMatchObject({
      source: { kind: "image", image: "sha256:0" },
      dryRun: true,
    });
  });

  test.each([
    [["--rollback"], undefined],
    [["--rollback", "12"], 12],
    [["12", "--rollback"], 12],
  ])("goes back: %s", (words, revision) => {
    expect(read("couchdb", ...words).source).toEqual({ kind: "rollback", ...(revision && { revision }) });
  });

  test.each<[string, string[], string]>([
    ["without a service", ["--rollback"], "expected a service, got none; usage: "],
    ["without a source", ["couchdb"], "expected one of --context, --image and --rollback, got none; usage: "],
    [
      "with two sources",
      ["couchdb", "--context", ".", "--image", "x"],
      "expected one of --context, --image and --rollback, got --context and --image; usage: ",
    ],
    [
      "with an empty value",
      ["couchdb", "--context", "", "--rollback"],
      "expected a value of --context, got an empty one",
    ],
    ["with two services", ["couchdb", "app", "--image", "x"], "expected one service, got also app; usage: "],
    ["with a tag for an image", ["couchdb", "--image", "x", "--tag", "v1"], "expected --tag with --context, got it"],
    ["with a revision that is none", ["couchdb", "--rollback", "v1"], "--rollback: expected the number of a revision"],
    [
      "with a tag that ECR refuses",
      ["couchdb", "--context", ".", "--tag", "v1/2"],
      '--tag: expected at most 128 letters, digits and . _ -, the first no . or -, got "v1/2"',
    ],
    [
      "with a tag of releases themselves",
      ["couchdb", "--context", ".", "--tag", "context-1"],
      "--tag: expected a tag that does not begin with context-",
    ],
  ])("fails %s, with one sentence", (_, args, sentence) => {
    expect(() => read(...args)).toThrow(CommandError);
    expect(() => read(...args)).toThrow(sentence);
  });
});

import { describe, expect, it } from "vitest";
import { loadSettings } from "../../../stacks/settings";

const load = (tags: Readonly<Record<string, unknown>>) =>
  loadSettings({
    environment: { WORKBENCH_SSH_ALLOW_FROM: "[203.0.113.7/32]", WORKBENCH_TAGS: JSON.stringify(tags) },
  });

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, "v"]));

describe("tags", () => {
  it.each([
    [{ "Cost centre": "R&D".replace("&", "+"), "team:owner/mail": "data@example.org" }],
    [{ Größe: "groß", [`${"k".repeat(128)}`]: "v".repeat(256) }],
    [many(40)],
  ])("accepts what every AWS service accepts: %j", (tags) => {
    expect(load(tags).tags).toEqual(tags);
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      "AWS's own prefix, in any case",
      { "Aws:team": "data" },
      'WORKBENCH_TAGS: tags.Aws:team: expected a key that does not begin with aws:, which AWS reserves, got "Aws:team"',
    ],
    [
      "one of Workbench's keys, in any case",
      { project: "data" },
      "WORKBENCH_TAGS: tags.project: expected a key other than Project, Environment, Stack, Name, " +
        "Holds, Complete, Image, SourceImage, SourceImageName, Commit, SsmAgent, which Workbench sets itself, " +
        'got "project"',
    ],
    [
      "two keys that IAM treats as one",
      { Team: "a", team: "b" },
      'tags.team: expected a key that differs from Team in more than its case, got "team"',
    ],
    [
      "a key that is too long",
      { [`${"k".repeat(129)}`]: "v" },
      "expected a key of 1 to 128 letters, digits, spaces and _ . : / = + - @",
    ],
    [
      "a key with another character",
      { "a#b": "v" },
      "tags.a#b: expected a key of 1 to 128 letters, digits, spaces and",
    ],
    ["an empty key", { "": "v" }, 'expected a key of 1 to 128 letters, digits, spaces and _ . : / = + - @, got ""'],
    ["a value that is too long", { a: "v".repeat(257) }, "tags.a: expected 1 to 256 letters, digits, spaces and"],
    [
      "a Terraform template",
      { a: "${path.cwd}" },
      'tags.a: expected 1 to 256 letters, digits, spaces and _ . : / = + - @, got "${path.cwd}"',
    ],
    ["a number", { a: 1 }, "tags.a: expected 1 to 256 letters, digits, spaces and _ . : / = + - @, got 1"],
    ["too many", many(41), "tags: expected at most 40 tags, since AWS allows 50 and Workbench sets some itself, got {"],
  ])("fails: %s", (_, tags, sentence) => {
    expect(() => load(tags)).toThrow(sentence);
  });
});

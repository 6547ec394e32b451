import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { baseImageDirectory, recipeHash } from "../../../scripts/setup/base-image";
import { temporaryFolder } from "../../temporary-folder";

let recipe: string;
beforeEach(() => {
  recipe = temporaryFolder("recipe-");
  mkdirSync(path.join(recipe, "files"));
  writeFileSync(path.join(recipe, "build"), "one");
  writeFileSync(path.join(recipe, "files", "unit"), "two");
});

test("the same recipe makes the same base, in any folder", () => {
  const first = recipeHash(recipe);
  expect(first).toMatch(/^[0-9a-f]{12}$/);
  expect(recipeHash(recipe)).toBe(first);
});

test.each([
  ["a file's text", () => writeFileSync(path.join(recipe, "files", "unit"), "2")],
  ["a new file", () => writeFileSync(path.join(recipe, "files", "more"), "")],
  [
    "text that moves from one file to the next",
    () => {
      writeFileSync(path.join(recipe, "build"), "onefiles/unit");
      writeFileSync(path.join(recipe, "files", "unit"), "");
    },
  ],
])("a changed recipe makes another base: %s", (_name, change) => {
  const before = recipeHash(recipe);
  change();
  expect(recipeHash(recipe)).not.toBe(before);
});

test("the base is in the user's cache", () => {
  expect(baseImageDirectory({ HOME: "/home/ada" })).toMatch(
    /^\/home\/ada\/\.cache\/workbench\/base-image\/\w+-[0-9a-f]{12}$/,
  );
  expect(baseImageDirectory({ HOME: "/home/ada", XDG_CACHE_HOME: "/big" })).toMatch(/^\/big\/workbench\/base-image\//);
});

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { imageFolders } from "../../../scripts/containers/container-image";
import { temporaryFolder } from "../../temporary-folder";

let recipe: string;
beforeEach(() => {
  recipe = path.join(temporaryFolder("recipe-"), "thing");
  mkdirSync(path.join(recipe, "rootfs"), { recursive: true });
  put("rootfs/program", "one");
  put("image-config", "--config.cmd=program");
  put("debian-packages", "curl\nnodejs\n");
});

function put(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(recipe, name)), { recursive: true });
  writeFileSync(path.join(recipe, name), text);
}

function folders(variables?: Readonly<Record<string, string>>) {
  return imageFolders({ recipe, variables }, { HOME: "/home/ada" });
}

test("an image is in the user's cache, under its recipe's name", () => {
  expect(folders().image).toMatch(/^\/home\/ada\/\.cache\/workbench\/container-images\/thing-\w+-[0-9a-f]{12}$/);
});

test("the same recipe makes the same image, in any folder", () => {
  const before = folders();
  const copy = path.join(temporaryFolder("copy-"), "thing");
  cpSync(recipe, copy, { recursive: true });
  expect(imageFolders({ recipe: copy }, { HOME: "/home/ada" })).toEqual(before);
});

test.each([
  ["a file's text", "rootfs/program"],
  ["a new file", "rootfs/another"],
  ["what the image says about itself", "image-config"],
])("another recipe makes another image over the same Debian: %s", (_name, file) => {
  const before = folders();
  put(file, "two");
  expect(folders().image).not.toBe(before.image);
  expect(folders().debian).toBe(before.debian);
});

test("another package makes another Debian, and another image", () => {
  const before = folders();
  put("debian-packages", "curl\nnodejs\ntini\n");
  expect(folders().debian).not.toBe(before.debian);
  expect(folders().image).not.toBe(before.image);
});

test("two lists with the same packages share one Debian", () => {
  const before = folders().debian;
  put("debian-packages", "# why\nnodejs\ncurl # for the health check\n");
  expect(folders().debian).toBe(before);
});

test("installed packages and pages for people go into no image", () => {
  const before = folders();
  put("rootfs/node_modules/thing/index.js", "");
  put("README.md", "");
  expect(folders()).toEqual(before);
});

test("variables make another image out of the same files", () => {
  const variant = folders({ VERSION: "2" });
  expect(variant.image).not.toBe(folders().image);
  expect(variant.image).not.toBe(folders({ VERSION: "3" }).image);
  expect(variant.plain).toBe(folders().plain);
});

test("the order of variables makes no difference", () => {
  expect(folders({ A: "1", B: "2" })).toEqual(folders({ B: "2", A: "1" }));
});

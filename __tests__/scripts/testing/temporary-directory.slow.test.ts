import { existsSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { makeTemporaryDirectory, sweep } from "../../../scripts/testing/temporary-directory";

test("an empty folder is removed", async () => {
  const directory = makeTemporaryDirectory();
  expect(await sweep(directory)).toEqual([]);
  expect(existsSync(directory)).toBe(false);
});

const mayMount = process.getuid?.() === 0 && process.platform === "linux";
describe.skipIf(!mayMount)(mayMount ? "mounts" : "mounts (needs root on Linux)", () => {
  test("and loop devices that an interrupted test left are released, inner ones first", async () => {
    const directory = makeTemporaryDirectory();
    const outer = path.join(directory, "with space", "outer");
    mkdirSync(outer, { recursive: true });
    await execa("mount", ["-t", "tmpfs", "none", outer]);
    mkdirSync(path.join(outer, "inner"));
    await execa("mount", ["-t", "tmpfs", "none", path.join(outer, "inner")]);
    const file = path.join(directory, "disk");
    writeFileSync(file, "");
    truncateSync(file, 1024 * 1024);
    const { stdout: device } = await execa("losetup", ["--find", "--show", file]);

    await sweep(directory);
    expect(existsSync(directory)).toBe(false);
    expect((await execa("losetup", ["--list", "--noheadings", device], { reject: false })).stdout).not.toContain(
      directory,
    );
  });

  test("that stay keep the folder, so that nothing in them is removed", async () => {
    const directory = makeTemporaryDirectory();
    const mountPoint = path.join(directory, "busy");
    mkdirSync(mountPoint);
    await execa("mount", ["-t", "tmpfs", "none", mountPoint]);
    writeFileSync(path.join(mountPoint, "data"), "");
    const holder = execa("sleep", ["60"], { cwd: mountPoint, reject: false });
    await expect(sweep(directory)).rejects.toThrow(`${directory} is not removed: still mounted is ${mountPoint}`);
    expect(existsSync(path.join(mountPoint, "data"))).toBe(true);
    holder.kill();
    await holder;
    await sweep(directory);
    expect(existsSync(directory)).toBe(false);
  });
});

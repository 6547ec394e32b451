import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, test, vi } from "vitest";
import { venvPython } from "../../../scripts/setup/python-env";
import { claimPlace } from "../../../scripts/testing/place";
import { memoryFolderOf, sweep } from "../../../scripts/testing/sweep";
import { controlGroups, testControlGroup } from "../../../scripts/testing/test-control-group";
import { temporaryFolder } from "../../temporary-folder";
import { freeLetters } from "../machine/data-volume/xen-node";

/** A detached loop device stays while another program has it open: one that lists disks opens each for a moment. */
const passing = { timeout: 60_000 };

const testFolder = () => temporaryFolder("workbench-test-");

test("an empty folder is removed", async () => {
  const directory = testFolder();
  expect(await sweep(directory)).toEqual([]);
  expect(existsSync(directory)).toBe(false);
});

const linux = process.platform === "linux";

test.skipIf(!linux)("a local AWS that has just started is ended, and its home is reported", async () => {
  const place = await claimPlace();
  const home = path.join(place.folder, "session", "local-aws");
  const options = ["--home", home, "--port", String(place.port), "--network", place.network];
  const server = execa(venvPython, ["-m", "local_aws", "serve", ...options], {
    env: { PYTHONPATH: path.resolve("scripts/local-aws") },
    reject: false,
  });
  const begun = async () => expect((await execa("ps", ["-o", "args=", `${server.pid}`])).stdout).toContain(home);
  await vi.waitFor(begun, { timeout: 300_000 });
  expect(await place.giveBack({ abandoned: true })).toEqual([home]);
  await server;
  expect(existsSync(place.folder)).toBe(false);
});

test.skipIf(!linux)("only the processes that work in an abandoned folder are killed", async () => {
  const directory = testFolder();
  const byCommand = execa(process.execPath, ["-e", "setInterval(() => {}, 1000)", path.join(directory, "file")], {
    reject: false,
  });
  const byEnvironment = execa("sleep", ["600"], { env: { TMPDIR: directory }, reject: false });
  const elsewhere = execa("sleep", ["600"], {
    env: { TMPDIR: `${directory}-other`, OLDPWD: directory },
    reject: false,
  });
  await sweep(directory, { abandoned: true });
  expect((await byCommand).signal).toBe("SIGKILL");
  expect((await byEnvironment).signal).toBe("SIGKILL");
  expect(elsewhere.exitCode).toBe(null);
  elsewhere.kill();
  await elsewhere;
});

const mayMount = process.getuid?.() === 0 && process.platform === "linux";
describe.skipIf(!mayMount)(mayMount ? "a sweep" : "a sweep (needs root on Linux)", () => {
  test("releases the mounts and loop devices of an interrupted test, inner ones first", async () => {
    const directory = testFolder();
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
    const listed = async () => (await execa("losetup", ["--list", "--noheadings", device], { reject: false })).stdout;
    await vi.waitFor(async () => expect(await listed()).not.toContain(directory), passing);
  });

  test("removes a disk in memory, and all files of its volume on this computer", async () => {
    const directory = testFolder();
    const memory = memoryFolderOf(directory);
    mkdirSync(memory);
    const file = path.join(memory, "disk");
    writeFileSync(file, "");
    truncateSync(file, 1024 * 1024);
    const { stdout: device } = await execa("losetup", ["--find", "--show", file]);
    const id = randomBytes(8).toString("hex");
    const xenNode = `/dev/xvd${freeLetters()}`;
    const [major = "", minor = ""] = (await execa("stat", ["-c", "%Hr %Lr", device])).stdout.split(" ");
    await execa("mknod", [xenNode, "b", major, minor]);
    const link = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol${id}`;
    const lock = `/run/workbench/vol-${id}.lock`;
    for (const each of [link, lock]) mkdirSync(path.dirname(each), { recursive: true });
    symlinkSync(device, link);
    writeFileSync(lock, "");

    await sweep(directory);
    for (const each of [memory, lock, xenNode]) expect(existsSync(each)).toBe(false);
    expect(() => lstatSync(link)).toThrow("ENOENT");
  });

  test.each([
    { where: "in the folder", below: (directory: string) => directory },
    { where: "in memory", below: memoryFolderOf },
  ])("removes a disk $where that holds another disk, after a lazy unmount", async ({ below }) => {
    const directory = testFolder();
    const mountPoint = temporaryFolder("elsewhere-");
    mkdirSync(below(directory), { recursive: true });
    const disk = path.join(below(directory), "disk");
    writeFileSync(disk, "");
    truncateSync(disk, 16 * 1024 * 1024);
    const attach = async (file: string) => (await execa("losetup", ["--find", "--show", file])).stdout;
    const lower = await attach(disk);
    await execa("mkfs.ext4", ["-q", lower]);
    await execa("mount", [lower, mountPoint]);
    const file = path.join(mountPoint, "inner");
    writeFileSync(file, "");
    truncateSync(file, 1024 * 1024);
    const upper = await attach(file);
    await execa("umount", ["--lazy", mountPoint]);

    await sweep(directory);
    await vi.waitFor(async () => {
      const { stdout } = await execa("losetup", ["--list", "--noheadings", "--output", "NAME,BACK-FILE"]);
      expect(stdout).not.toContain(disk);
      expect(stdout.split("\n")).not.toContainEqual(expect.stringMatching(new RegExp(`^${upper} .*inner`)));
    }, passing);
  });

  test("removes a folder that a script made immutable", async () => {
    const directory = testFolder();
    await execa("chattr", ["+i", directory]);
    await sweep(directory);
    expect(existsSync(directory)).toBe(false);
  });

  test("fails and keeps the folder while a mount is busy, and removes no file in the mount", async () => {
    const directory = testFolder();
    const mountPoint = path.join(directory, "busy");
    mkdirSync(mountPoint);
    await execa("mount", ["-t", "tmpfs", "none", mountPoint]);
    writeFileSync(path.join(mountPoint, "data"), "");
    const holder = execa("sleep", ["60"], { cwd: mountPoint, reject: false });
    await expect(sweep(directory)).rejects.toThrow(
      `${directory} is not removed: mounts are left at ${mountPoint}: ` +
        `end the processes that use them (fuser --mount --verbose ${mountPoint}), then umount`,
    );
    expect(existsSync(path.join(mountPoint, "data"))).toBe(true);
    holder.kill();
    await holder;
    await sweep(directory);
    expect(existsSync(directory)).toBe(false);
  });

  const groups = controlGroups();
  test.skipIf(groups === undefined)(
    "kills the processes in the control groups of its folder, and in no others",
    async () => {
      expect((await execa("stat", ["--file-system", "--format=%T", groups ?? ""])).stdout).toBe("cgroup2fs");
      const [directory, other] = [testFolder(), testFolder()];
      const [swept, left] = [directory, other].map((folder) => {
        const group = testControlGroup(groups ?? "", "machine", folder);
        mkdirSync(path.join(group, "inner"), { recursive: true });
        const member = execa("sleep", ["600"], { reject: false });
        writeFileSync(path.join(group, "inner", "cgroup.procs"), String(member.pid));
        return { group, member };
      });
      await sweep(directory);
      expect(existsSync(swept?.group ?? "")).toBe(false);
      expect((await swept?.member)?.signal).toBe("SIGKILL");
      expect(existsSync(left?.group ?? "")).toBe(true);
      expect(left?.member.exitCode).toBe(null);
      await sweep(other);
      expect(existsSync(left?.group ?? "")).toBe(false);
    },
  );
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { exitCode, scripts } from "./exit-codes";
import { Machine } from "./machine";
import { describeWithDisks } from "./requirements";
import { processorSeconds, Volume } from "./volume";
import { sums, writeFiles } from "./written-files";

const unmount = join(scripts, "unmount-data-volume");

describeWithDisks("unmount-data-volume", () => {
  it("unmounts, and does nothing when it runs again", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const before = await writeFiles(volume);
    expect((await volume.unmounted()).said).toBe(
      `unmount-data-volume: ${volume.device.volumeId} is unmounted from ${volume.mountPoint}`,
    );
    const checksum = await volume.device.checksum();
    expect((await volume.unmounted()).said).toBe(
      `unmount-data-volume: ${volume.device.volumeId} is not mounted: nothing to do`,
    );
    expect(await volume.device.checksum()).toBe(checksum);
    await volume.mounted();
    expect(await sums(volume)).toBe(before);
  });

  it("does nothing when the volume is detached already", async () => {
    const volume = await Volume.attach({ plugged: false });
    const { said } = await volume.unmounted();
    expect(said).toMatch(/is not attached and nothing is mounted at .*: nothing to do/);
  });

  it("unmounts a volume whose link is gone, by its mount point", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    volume.device.unplug();
    await volume.unmounted();
  });

  for (const [way, script] of [
    ["an open file", 'exec 5> "$0/file" && echo ready && exec sleep 1000'],
    ["its folder", 'cd "$0" && echo ready && exec sleep 1000'],
    ["a program", 'cp "$(command -v sleep)" "$0/program" && echo ready && exec "$0/program" 1000'],
  ] as const) {
    it(`ends a process that holds the volume by ${way} with SIGTERM alone`, async () => {
      const volume = await Volume.attach();
      await volume.mounted();
      const process = await volume.machine.start("sh", "-c", script, volume.mountPoint);
      await volume.unmounted();
      expect(await process.exited).toEqual([null, "SIGTERM"]);
    });
  }

  it("ends a process that holds the volume only by a mapping", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const mapping =
      'import mmap, sys, time; f = open(sys.argv[1] + "/mapped", "w+b"); f.truncate(4096); m = mmap.mmap(f.fileno(), 4096); f.close(); print("ready", flush=True); time.sleep(1000)';
    const process = await volume.machine.start("python3", "-c", mapping, volume.mountPoint);
    await volume.unmounted();
    expect(process.running()).toBe(false);
  });

  it.each([
    [
      "the folder of one of its threads",
      "import ctypes, os, sys, threading, time\n" +
        "def work():\n  assert ctypes.CDLL(None).unshare(0x200) == 0\n  os.chdir(sys.argv[1])\n  print('ready', flush=True)\n  time.sleep(1000)\n" +
        "threading.Thread(target=work).start()",
      "data",
    ],
    [
      "a Unix socket",
      "import os, socket, sys, time\ns = socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1] + f'/a socket of {os.getpid()}')\nprint('ready', flush=True)\ntime.sleep(1000)",
      "a socket",
    ],
  ])("ends a process that holds the volume by %s alone, and names it when it may not", async (_, script, name) => {
    const volume = await Volume.attach();
    await volume.mounted();
    const process = await volume.machine.start("python3", "-c", script, volume.mountPoint);
    // As the script's parent, it is not ended.
    const spared = await volume.machine.run("python3", [
      "-c",
      `${script.replace("time.sleep(1000)", "import subprocess; os._exit(subprocess.call(sys.argv[2:]))")}`,
      join(volume.mountPoint, "."),
      unmount,
      volume.config,
    ]);
    expect(spared.said).toMatch(new RegExp(`in use by python3 \\(pid \\d+, user root, .*${name}.*\\)`));
    expect(process.running()).toBe(false);
    await volume.unmounted();
  });

  it("takes less than three seconds of processor time among 500 other processes", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    await volume.machine.start("bash", "-c", "for n in {1..500}; do sleep 1000 & done; echo ready; wait");
    await volume.machine.start("sh", "-c", 'cd "$0" && echo ready && exec sleep 1000', volume.mountPoint);
    expect(await processorSeconds(volume, unmount)).toBeLessThan(3);
    await volume.device.expectFree();
  });

  it("lets a process finish its writing after SIGTERM", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const script =
      'cd "$0" && trap "sleep 2; echo last words > file; exit" TERM && echo ready && while :; do sleep 0.1; done';
    await volume.machine.start("bash", "-c", script, volume.mountPoint);
    await volume.unmounted();
    await volume.mounted();
    expect(readFileSync(volume.path("file"), "utf8")).toBe("last words\n");
  });

  it("kills a process that ignores SIGTERM, after ten seconds", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const before = await writeFiles(volume);
    const process = await volume.machine.start("bash", "-c", stubborn, volume.mountPoint);
    const { seconds } = await volume.unmounted();
    expect(seconds).toBeGreaterThan(9);
    expect(process.running()).toBe(false);
    await volume.mounted();
    expect(await sums(volume)).toBe(before);
  });

  it("ends a process that keeps the volume mounted in a mount namespace of its own", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const process = await volume.machine.start(...ownNamespace, "sh", "-c", "echo ready; exec sleep 1000");
    await volume.unmounted();
    expect(process.running()).toBe(false);
  });

  it("fails, naming it, when the process that started the script uses the volume, and does not end it", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const { code, said } = await volume.machine.run("bash", [
      "-c",
      'cd "$1" && "$2" "$3"; exit $?',
      "_",
      volume.mountPoint,
      unmount,
      volume.config,
    ]);
    expect(said).toMatch(
      /is still mounted at .*; in use by bash \(pid \d+, user root, .*\/data\): end that, then run again$/,
    );
    expect(code).toBe(exitCode("IN_USE"));
    await volume.unmounted();
  });

  it("fails, naming it, when the process that started the script keeps the volume in a mount namespace of its own", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const inTheMachine = `nsenter --mount=${volume.machine.path("").replace(/root$/, "ns/mnt")} -- "$0" "$1"; exit $?`;
    const { code, said } = await volume.machine.run("unshare", [
      ...ownNamespace.slice(1),
      "sh",
      "-c",
      inTheMachine,
      unmount,
      volume.config,
    ]);
    expect(said).toMatch(
      /is unmounted from .*, but .* is still held; in use by sh \(pid \d+, user root, .* in a mount namespace of its own\)/,
    );
    expect(code).toBe(exitCode("STILL_HELD"));
    await volume.unmounted();
  });

  it("leaves another mounted volume alone", async () => {
    const machine = await Machine.start();
    const first = await Volume.attach({ machine });
    const second = await Volume.attach({ machine });
    await first.mounted();
    await second.mounted();
    const process = await machine.start("sh", "-c", 'cd "$0" && echo ready && exec sleep 1000', second.mountPoint);
    await first.unmounted();
    expect(process.running()).toBe(true);
    await second.unmounted();
  });

  it("fails when its configuration is missing or wrong", async () => {
    const volume = await Volume.attach();
    writeFileSync(volume.config, "volume-id=vol-1\n");
    const { code, said } = await volume.unmount();
    expect(said).toBe(`unmount-data-volume: ${volume.config}: device-name is missing: set it`);
    expect(code).toBe(exitCode("USAGE"));
  });
});

const ownNamespace = ["unshare", "--mount", "--propagation", "private"] as const;
const stubborn = 'cd "$0" && trap "" TERM && exec 5> held && echo ready && while :; do sleep 0.1; done';

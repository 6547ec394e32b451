import { spawn } from "node:child_process";
import { once } from "node:events";
import { execa } from "execa";
import { expect } from "vitest";
import { sleep } from "./machine";
import { Volume } from "./volume";
import { sums, writeFiles } from "./written-files";

/** What a killed run was to do. */
type Work = "format" | "mount" | "grow" | "unmount";

/** A volume in the state in which a run does that work, and what its files contain. */
async function prepared(work: Work, fileSystem: "ext4" | "xfs"): Promise<{ volume: Volume; before: string }> {
  const volume = await Volume.attach({ fileSystem, sizeMiB: 320 });
  if (work === "format") return { volume, before: "" };
  await volume.mounted();
  const before = await writeFiles(volume);
  if (work !== "unmount") await volume.unmounted();
  if (work === "grow") await volume.device.grow(640);
  return { volume, before };
}

/** Kills a run by SIGKILL after a time: all of its processes, or the script alone. Returns whether it was cut off. */
async function killedAfter(volume: Volume, work: Work, afterMs: number, all: boolean): Promise<boolean> {
  const [mount, config] = volume.mountCommand;
  const script = work === "unmount" ? mount.replace(/mount-data-volume$/, "unmount-data-volume") : mount;
  const process_ = spawn(...volume.machine.command(script, config), { stdio: "ignore", detached: true });
  const ended = once(process_, "exit");
  await Promise.race([sleep(afterMs), ended]);
  const pid = process_.pid as number;
  try {
    process.kill(all ? -pid : pid, "SIGKILL");
  } catch {
    // It has ended.
  }
  const [code] = await ended;
  return code === null;
}

/**
 * Kills runs at random moments, each followed by a second run, and compares every byte.
 *
 * @param kills how many runs
 * @returns how many of them were cut off: the others had ended before
 */
export async function killRuns(kills: number): Promise<number> {
  const works: readonly Work[] = ["format", "mount", "grow", "unmount"];
  const took = new Map<Work, number>();
  let cutOff = 0;
  for (let kill = 0; kill < kills; kill++) {
    const work = works[kill % works.length] as Work;
    const fileSystem = kill % 8 < 4 ? "xfs" : "ext4";
    const { volume, before } = await prepared(work, fileSystem);
    const afterMs = Math.round(Math.random() * (took.get(work) ?? 500));
    const all = Math.random() < 0.5;
    const label = `run ${kill}: ${work} of ${fileSystem}, ${all ? "all processes" : "the script"} after ${afterMs} ms`;
    if (await killedAfter(volume, work, afterMs, all)) cutOff++;
    const again = work === "unmount" ? await volume.unmount() : await volume.mount();
    expect(again.code, `${label}: ${again.said}`).toBe(0);
    took.set(work, Math.max(took.get(work) ?? 0, again.seconds * 1000));
    if (work === "unmount") await volume.mounted();
    if (work === "format") expect(await writeFiles(volume), label).not.toBe("");
    else expect(await sums(volume), label).toBe(before);
    await volume.unmounted();
    const check = fileSystem === "xfs" ? ["xfs_repair", "-n"] : ["e2fsck", "-f", "-n"];
    await execa(check[0] as string, [...check.slice(1), volume.device.path]);
    volume.device.unplug();
    await volume.device.detach();
  }
  return cutOff;
}

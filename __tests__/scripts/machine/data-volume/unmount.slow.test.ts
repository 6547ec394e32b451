import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../temporary-folder";
import { exitCode, scripts } from "./exit-codes";
import { describeWithDisks } from "./requirements";
import { Volume } from "./volume";

const unmount = join(scripts, "unmount-data-volume");

describeWithDisks("unmount-data-volume that takes its time", () => {
  it("fails after half a minute, naming who starts it, when a process is started again and again", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    writeFileSync(volume.path("log"), "");
    const script = 'cd / && echo ready && while :; do tail -f "$0/log"; done';
    const starter = await volume.machine.start("bash", "-c", script, volume.mountPoint);
    const { code, said, seconds } = await volume.unmount();
    expect(said).toMatch(
      /is still mounted at .*; in use by tail \(pid \d+, user root, .*\/data\/log\), which bash \(pid \d+, user root\) starts again and again: end that, then run again$/,
    );
    expect(code).toBe(exitCode("IN_USE"));
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThan(120);
    process.kill(starter.pid, "SIGKILL");
    await starter.exited;
    await volume.unmounted();
  });

  it("does not take a process that was there all along for a new one, though the volume takes long to write", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const script = 'cd "$0" && trap "" TERM && echo ready && while :; do sleep 1; done';
    const stubborn = await volume.machine.start("bash", "-c", script, volume.mountPoint);
    const programs = temporaryFolder("programs-");
    // The first time, it takes longer than the script waits for new processes.
    const sync = '[ -e "$0.began" ] || { : >"$0.began"; sleep 32; }';
    writeFileSync(join(programs, "sync"), `#!/bin/sh\n${sync}\n`, { mode: 0o755 });
    const env = { PATH: `${programs}:${process.env["PATH"]}` };
    const { code, said } = await volume.machine.run(unmount, [volume.config], { env });
    expect(said).toContain("is unmounted from");
    expect(code).toBe(0);
    expect(stubborn.running()).toBe(false);
  });
});

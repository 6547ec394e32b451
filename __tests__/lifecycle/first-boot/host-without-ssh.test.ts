/**
 * @module-tag first-boot
 * @memory 800 MiB
 * @minutes 5
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect } from "vitest";
import { checksumsOf } from "../data";
import { describeWithMachines, leaderOf } from "../machines";
import { story } from "../steps";
import { until } from "../until";
import { Workbench } from "../workbench";
import { writeHost, writeVolumes } from "./host";

/**
 * A host that nobody logs in to, with two volumes of another state. It fetches its scripts from S3 with its own role, by
 * AWS's own names. The test reads the machine's files through /proc, and never runs a command on it.
 */
describeWithMachines("a host without SSH, with two volumes", () => {
  let user: Workbench;
  let ids: Record<string, string>;
  let instanceId: string;
  let sums: readonly string[];
  const step = story();

  const folderOf = (name: string): string => path.join(user.outdir, "first-boot", name);
  const terraform = async (name: string, command: string): Promise<string> => {
    const { exitCode, output } = await user.bash(`cd ${folderOf(name)} && terraform ${command} -no-color`);
    if (exitCode !== 0) throw new Error(`terraform ${command} of ${name} ended with ${exitCode}:\n${output}`);
    return output;
  };
  const deploy = async (name: string): Promise<Record<string, string>> => {
    await terraform(name, "init -input=false");
    await terraform(name, "apply -auto-approve");
    const values: Record<string, { value: string }> = JSON.parse(await terraform(name, "output -json"));
    return Object.fromEntries(Object.entries(values).map(([output, { value }]) => [output, value]));
  };
  const deployHost = async (...kinds: string[]): Promise<void> => {
    writeHost(folderOf("host"), ids, ...kinds);
    instanceId = (await deploy("host"))["instance_id"] ?? "";
  };
  const onMachine = async (file: string): Promise<string> => `/proc/${await leaderOf(instanceId)}/root${file}`;
  /** Waits until the service that lives on both volumes has started as often as this. */
  const untilStarted = (times: number): Promise<unknown> =>
    until(`the service's start ${times}`, async () => {
      const notes = await onMachine("/data/notes")
        .then(readFileSync)
        .catch(() => "");
      return String(notes).split("started").length - 1 === times;
    });
  const checksums = async (): Promise<string[]> => {
    const folders = [await onMachine("/data"), await onMachine("/logs")];
    return Promise.all(
      folders.map(async (folder) => (await execa("bash", ["-c", checksumsOf(`${folder}/work`)])).stdout),
    );
  };
  const expectEveryByte = async (): Promise<void> => expect(await checksums()).toEqual(sums);

  beforeAll(async () => {
    user = await Workbench.start();
    writeVolumes(folderOf("volumes"));
    ids = await deploy("volumes");
  });
  afterAll(() => user?.end());

  step(
    "mounts both at its first boot, before the service that lives on them starts; the next plan is quiet",
    async () => {
      await deployHost("data-volume");
      await untilStarted(1);
      expect(await terraform("host", "plan -detailed-exitcode")).toContain("No changes.");
      for (const [index, folder] of ["/data", "/logs"].entries()) {
        const work = `${await onMachine(folder)}/work`;
        await execa("bash", ["-c", `mkdir '${work}' && head -c ${index + 3}M /dev/urandom > '${work}/file'`]);
      }
      sums = await checksums();
    },
  );

  step("mounts them at its next boot, and fetches nothing", async () => {
    const fetched = async () =>
      readFileSync(await onMachine("/var/log/cloud-init-output.log"), "utf8").split("mounted at");
    expect(await fetched()).toHaveLength(3);
    await user.aws("ec2", "reboot-instances", "--instance-ids", instanceId);
    await untilStarted(2);
    expect(await fetched()).toHaveLength(3);
    await expectEveryByte();
  });

  step("is replaced when its scripts change, and its successor finds every byte", async () => {
    const before = instanceId;
    await deployHost("data-volume", "first-boot");
    expect(instanceId).not.toBe(before);
    await untilStarted(3);
    await expectEveryByte();
  });

  step("unmounts as it shuts down, after the service has ended; a destroy leaves the volumes alone", async () => {
    await terraform("host", "destroy -auto-approve");
    expect((await user.aws("s3api", "list-buckets")).Buckets).toEqual([]);
    for (const id of Object.values(ids)) {
      const { stdout } = await execa("dumpe2fs", ["-h", path.join(user.session.localAws.home, "disks", id)]);
      expect(stdout).toMatch(/^Filesystem state: +clean$/m);
      expect(stdout).not.toContain("needs_recovery");
    }
    const disk = path.join(user.session.localAws.home, "disks", ids["data_id"] ?? "");
    const { stdout } = await execa("debugfs", ["-R", "cat /notes", disk]);
    expect(stdout).toBe("started\nstopped\nstarted\nstopped\nstarted\nstopped");
  });
});

/**
 * @module-tag first-boot
 * @memory 800 MiB
 * @minutes 5
 */
import { createHash } from "node:crypto";
import { execa } from "execa";
import { afterAll, beforeAll, expect } from "vitest";
import { accountContents } from "../leftovers";
import { describeWithMachines } from "../machines";
import { unwrapped } from "../said";
import { story } from "../steps";
import type { Workbench } from "../workbench";
import { ArchiveUser } from "./archive-user";

const region = "eu-west-1";
/** A name that the user's own account has. Another account has no such parameter, or shares none. */
const ofAnotherAccount = `arn:aws:ssm:${region}:210987654321:parameter/workbench-local/archive/title`;

/**
 * The example of CONTRIBUTING.md: two volumes and a key in a stack of their own, and a host that nobody logs in to, in
 * a VPC without the internet. The host fetches its scripts from S3 and reads a parameter and the key, with its role and
 * by AWS's own names.
 */
describeWithMachines("a host without SSH, whose data is in a stack of its own", () => {
  let archive: ArchiveUser;
  let user: Workbench;
  let ofItsData: readonly string[];
  let sums: readonly string[];
  let keySha256: string;
  const said: string[] = [];
  const step = story();
  const expectEveryByte = async (): Promise<void> => expect(await archive.checksums()).toEqual(sums);
  const parameters = async (): Promise<unknown> => JSON.parse(await archive.read("/archive/0/parameters.json"));
  /** How often the first boot mounted a volume. */
  const mountedAtFirstBoot = async (): Promise<number> =>
    (await archive.read("/var/log/cloud-init-output.log")).split("is mounted at").length - 1;

  beforeAll(async () => {
    archive = await ArchiveUser.start();
    user = archive.workbench;
    user.settings = { ARCHIVE_SHARED_PARAMETER_ARN: ofAnotherAccount };
    said.push(await user.deploy("archive-data"));
    ofItsData = await accountContents(user);
  });
  afterAll(() => archive?.end());

  step(
    "mounts both at its first boot, before the service that lives on them starts; plans are then quiet",
    async () => {
      said.push(await user.deploy("archive"));
      await archive.untilStarted(1);
      expect(await mountedAtFirstBoot()).toBe(2);
      for (const stack of ["archive-data", "archive"]) said.push(await archive.quietPlan(stack));
      await archive.writeFiles();
      sums = await archive.checksums();
    },
  );

  step("reads one parameter with its role, and finds none of another account", async () => {
    expect(await parameters()).toMatchObject({
      title: "The archive",
      problem: `400 ParameterNotFound from https://ssm.${region}.amazonaws.com/`,
    });
  });

  step("reads a generated key, whose value is in no JSON, plan, state, output or file", async () => {
    const key = await archive.key();
    expect(key).toHaveLength(32);
    keySha256 = createHash("sha256").update(key).digest("hex");
    expect(await parameters()).toMatchObject({ keySha256 });
    const [withSha256, withKey] = await archive.filesWith([keySha256, key], said);
    expect(withSha256).toEqual([expect.stringMatching(/\/archive\/0\/parameters\.json$/)]);
    expect(withKey).toEqual([]);
  });

  step("mounts them at its next boot, and fetches nothing", async () => {
    await user.aws("ec2", "reboot-instances", "--instance-ids", await archive.instanceId());
    await archive.untilStarted(2);
    expect(await mountedAtFirstBoot()).toBe(2);
    await expectEveryByte();
  });

  step("fails to shrink or destroy its data, in one sentence each", async () => {
    const destroyed = await user.terraform(["destroy", "-auto-approve"], "archive-data");
    expect(destroyed.exitCode).toBe(1);
    expect(unwrapped(destroyed.output)).toContain("aws_ebs_volume.volumes[0] has lifecycle.prevent_destroy set");
    expect(unwrapped(destroyed.output)).toContain("aws_secretsmanager_secret.key has lifecycle.prevent_destroy set");
    const shrunk = await user.terraform(["plan"], "archive-data", { ARCHIVE_DATA_VOLUMES: "1" });
    expect(shrunk.exitCode).toBe(1);
    expect(unwrapped(shrunk.output)).toContain(
      "archive-data.volumes: expected at least the 2 data volumes that there are, got 1; to retire the last one",
    );
    expect(shrunk.output.match(/Error: /g)).toHaveLength(1);
    await expectEveryByte();
  });

  step("is replaced when its scripts change, and its successor finds every byte, and a new title", async () => {
    const before = await archive.instanceId();
    archive.changeScripts();
    user.settings["ARCHIVE_TITLE"] = "Another title";
    await user.deploy("archive");
    expect(await archive.instanceId()).not.toBe(before);
    await archive.untilStarted(3);
    await expectEveryByte();
    expect(await parameters()).toMatchObject({ title: "Another title" });
  });

  step("unmounts as it shuts down, after the service has ended; a destroy leaves the volumes alone", async () => {
    await user.destroy("archive");
    expect(await accountContents(user)).toEqual(ofItsData);
    for (const disk of await archive.disks()) {
      const { stdout } = await execa("dumpe2fs", ["-h", disk]);
      expect(stdout).toMatch(/^Filesystem state: +clean$/m);
      expect(stdout).not.toContain("needs_recovery");
      const notes = await execa("debugfs", ["-R", "cat /notes", disk]);
      expect(notes.stdout).toBe("started\nstopped\nstarted\nstopped\nstarted\nstopped");
    }
  });

  step("is deployed again, and finds every byte, and the same key", async () => {
    await user.deploy("archive");
    await archive.untilStarted(4);
    await expectEveryByte();
    expect(await parameters()).toMatchObject({ keySha256 });
  });

  step("leaves nothing but a final snapshot of each volume when both are destroyed", async () => {
    await user.destroy("archive");
    await user.destroy("archive-data", { ARCHIVE_DATA_PREVENT_DESTROY: "false" });
    expect(await accountContents(user)).toEqual([expect.stringMatching(/^snap-/), expect.stringMatching(/^snap-/)]);
  });
});

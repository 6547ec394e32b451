/**
 * @module-tag ebs
 * @module-tag retire
 * @memory 600 MiB
 * @minutes 3
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { story } from "../steps";
import { ExampleUser } from "./example-user";

const one = { ARCHIVE_DATA_VOLUMES: "1" };
const unprotected = { ARCHIVE_DATA_PREVENT_DESTROY: "false" };
const apply = ["apply", "-auto-approve"];
const quietPlan = ["plan", "-detailed-exitcode"];
const last = ["--stack", "archive-data", "--index", "1", "--yes"];

/** Two data volumes of one stack: no command loses one, and one command retires the last. */
describe("numbered data volumes", () => {
  let user: ExampleUser;
  let volumes: string[];
  const step = story();
  const snapshots = async (): Promise<{ VolumeId: string; State: string; Tags: { Key: string; Value: string }[] }[]> =>
    (await user.ec2("describe-snapshots", "--owner-ids", "self")).Snapshots;

  beforeAll(async () => {
    user = await ExampleUser.start();
  });
  afterAll(() => user?.end());

  step("the stack that uses them says the command that deploys both", async () => {
    const { exitCode, output } = await user.terraform(["plan"], "archive");
    expect(exitCode).toBe(1);
    expect(output).toContain(
      "archive.volumes: expected 2 data volumes tagged Set=workbench-local-archive-data, Project=workbench, " +
        "Environment=local, got none; run `npm run local -- npx cdktf deploy archive-data archive` " +
        "with archive-data.volumes at 2 or more, or lower archive.volumes.",
    );
    expect(output).toContain(
      "secret: expected one named workbench-local-archive-data-key, got none; " +
        "run `npm run local -- npx cdktf deploy archive-data archive`.",
    );
  });

  step("a deploy that is killed while AWS makes them goes on with both, each in its place", async () => {
    await user.deployUntil("archive-data", async () => {
      if ((await user.volumes()).length < 2) return false;
      // Terraform has recorded what came before.
      await sleep(1_500);
      return true;
    });
    volumes = await user.volumes();
    const { exitCode, output } = await user.terraform(apply, "archive-data");
    expect(exitCode, output).toBe(0);
    expect(output).toContain("2 imported");
    expect(output).toContain(`volume_ids = [ "${volumes[0]}", "${volumes[1]}", ]`);
    expect(await user.volumes()).toEqual(volumes);
    expect((await user.terraform(quietPlan, "archive-data")).exitCode).toBe(0);
  });

  step("the other stack finds them in order", async () => {
    const { exitCode, output } = await user.terraform(["plan"], "archive");
    expect(exitCode, output).toBe(0);
    expect(output).toContain(`volume_ids = [ + "${volumes[0]}", + "${volumes[1]}", ]`);
  });

  step("fewer of them: every plan is refused in one sentence, with protection and without", async () => {
    const sentence =
      "archive-data.volumes: expected at least the 2 data volumes that there are, got 1; " +
      "to retire the last one and keep a snapshot of it, " +
      "run `npm run local -- npm run volume:retire -- --stack archive-data --index 1`.";
    for (const values of [one, { ...one, ...unprotected }]) {
      const { exitCode, output } = await user.terraform(["plan"], "archive-data", values);
      expect(exitCode).toBe(1);
      expect(output).toContain(sentence);
      expect(output.match(/Error: /g)).toHaveLength(1);
    }
  });

  step("without that sentence, Terraform refuses too, but only with protection", async () => {
    const withoutConditions = (json: string): string => json.replaceAll('"precondition"', '"//"');
    const refused = await user.planOfChanged("archive-data", withoutConditions, one);
    expect(refused.output).toContain("aws_ebs_volume.volumes[1] has lifecycle.prevent_destroy set");
    const planned = await user.planOfChanged("archive-data", withoutConditions, { ...one, ...unprotected });
    expect(planned.output).toContain("aws_ebs_volume.volumes[1] will be destroyed");
  });

  step("while a machine has the last one, nothing destroys or retires it", async () => {
    const image = await user.ec2("describe-images", "--filters", "Name=name,Values=debian-13-amd64-*");
    const machine = await user.ec2("run-instances", "--image-id", image.Images[0].ImageId);
    const attachment = ["--volume-id", volumes[1] ?? "", "--instance-id", machine.Instances[0].InstanceId];
    await user.ec2("attach-volume", ...attachment, "--device", "/dev/sdf");
    const destroyed = await user.terraform(["destroy", "-auto-approve"], "archive-data", unprotected);
    expect(destroyed.exitCode).toBe(1);
    expect(destroyed.output).toContain(
      `archive-data.preventDestroy: expected true while a machine has the data volume ${volumes[1]}, got false`,
    );
    const retired = await user.retire(...last);
    expect(retired.exitCode).toBe(1);
    expect(retired.output).toContain(
      `data volume 1: expected no machine to have ${volumes[1]}, got ${machine.Instances[0].InstanceId}; ` +
        "first set the number of volumes of archive to 1 and run `npm run local -- npx cdktf deploy archive`",
    );
    await user.ec2("detach-volume", ...attachment);
    await user.ec2("terminate-instances", "--instance-ids", machine.Instances[0].InstanceId);
    expect(await user.volumes()).toEqual(volumes);
  });

  step("killed while it retires one: no stack uses it, and no deploy puts a blank one in its place", async () => {
    await user.retireUntil(() => user.isRetiring(), ...last);
    const used = await user.terraform(["plan"], "archive");
    expect(used.output).toContain(
      `archive.volumes: expected at most 1, since data volume 1 (${volumes[1]}) is being retired, got 2; set it to 1.`,
    );
    const deployed = await user.terraform(["plan"], "archive-data");
    expect(deployed.output).toContain(
      "archive-data.volumes: expected at most 1 while data volume 1 is being retired, got 2; to finish that, run",
    );
  });

  step("the second run finishes: its data is in one complete snapshot that says what it was", async () => {
    const { exitCode, output } = await user.retire(...last);
    expect(exitCode, output).toBe(0);
    expect(output).toContain(
      "Set archive-data.volumes to 1 before the next deploy: with 2, it makes a blank volume. " +
        "The next deploy of archive-data then changes nothing but its outputs.",
    );
    expect(await user.volumes()).toEqual([volumes[0]]);
    const [snapshot, ...others] = await snapshots();
    expect(others).toEqual([]);
    expect(snapshot).toMatchObject({ VolumeId: volumes[1], State: "completed" });
    expect(Object.fromEntries((snapshot?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))).toEqual({
      Name: "workbench-local-archive-data-1",
      Holds: "a part of the archive",
      Project: "workbench",
      Environment: "local",
      Stack: "archive-data",
      Set: "workbench-local-archive-data",
      Index: "1",
      Retired: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  step("the first volume goes with its stack, and the command names the page that says how", async () => {
    const { exitCode, output } = await user.retire("--stack", "archive-data", "--index", "0");
    expect(exitCode).toBe(2);
    expect(output).toContain('got "0"; volume 0 goes with its stack, and stacks/archive-data/README.md says how');
  });

  step("with the setting that it names, a deploy changes only outputs, and the next plan is empty", async () => {
    Object.assign(user.settings, one, { ARCHIVE_VOLUMES: "1" });
    const planned = await user.terraform(["plan"], "archive-data");
    expect(planned.output).toContain("Changes to Outputs: ~ volume_ids");
    const { exitCode, output } = await user.terraform(apply, "archive-data");
    expect(exitCode, output).toBe(0);
    expect(output).toContain("Resources: 0 added, 0 changed, 0 destroyed");
    expect((await user.terraform(quietPlan, "archive-data")).exitCode).toBe(0);
    expect((await user.retire(...last)).output).toContain("archive-data.volumes is 1 already.");
  });

  step("destroyed on purpose, each leaves its snapshot, and nothing else", async () => {
    const refused = await user.terraform(["destroy", "-auto-approve"], "archive-data");
    expect(refused.output).toContain("aws_ebs_volume.volumes[0] has lifecycle.prevent_destroy set");
    const { exitCode, output } = await user.terraform(["destroy", "-auto-approve"], "archive-data", unprotected);
    expect(exitCode, output).toBe(0);
    expect(await user.volumes()).toEqual([]);
    expect((await snapshots()).map(({ VolumeId }) => VolumeId).sort()).toEqual([...volumes].sort());
    // Without machines, the local AWS keeps the network interface of one that was terminated.
    const left = (await user.contents()).filter((name) => !name.startsWith("eni-"));
    expect(left).toEqual([expect.stringMatching(/^snap-/), expect.stringMatching(/^snap-/)]);
  });
});

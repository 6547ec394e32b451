import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../../scripts/support/project";
import { ApiOnly } from "./api-only";

const tags = "Tags=[{Key=Project,Value=workbench},{Key=Image,Value=workbench}]";

let api: ApiOnly;
/** The environment that `npm run local` gives a command. Read once, because that takes longer than the command. */
let environment: NodeJS.ProcessEnv;
/** Ids of images, oldest first. A machine was made from the first. */
const images: string[] = [];

beforeAll(async () => {
  api = await ApiOnly.make();
  const { stdout } = await api.run("local", ["env", "--null"]);
  const lines = String(stdout)
    .split("\0")
    .filter((line) => line !== "");
  environment = Object.fromEntries(lines.map((line) => [line.split("=")[0], line.replace(/^[^=]*=/, "")]));
  const machine = await run(await debian());
  for (const name of ["one", "two", "three"]) {
    images.push(await createImage(machine, `workbench-amd64-${name}`, tags));
    // EC2 gives an image's time in whole seconds, so two images of one second have no order.
    await sleep(1_100);
  }
  await createImage(machine, "somebody-elses", "Tags=[{Key=Project,Value=other},{Key=Image,Value=workbench}]");
  await run(images[0] ?? "");
});
afterAll(() => api.remove());

const command = (file: string, args: readonly string[]) =>
  execa(file, args, {
    env: environment,
    extendEnv: false,
    cwd: projectRoot,
    reject: false,
    stdin: "ignore",
    timeout: 600_000,
  });

async function aws(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await command("aws", ["ec2", ...args, "--output", "text"]);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trim();
}

const debian = () =>
  aws("describe-images", "--filters", "Name=name,Values=debian-13-amd64-*", "--query", "Images[0].ImageId");

const run = (image: string) => aws("run-instances", "--image-id", image, "--query", "Instances[0].InstanceId");

const createImage = (machine: string, name: string, image: string) =>
  aws(
    ...["create-image", "--instance-id", machine, "--name", name, "--query", "ImageId"],
    ...["--tag-specifications", `ResourceType=image,${image}`, `ResourceType=snapshot,${image}`],
  );

const left = async () => ({
  images: (await aws("describe-images", "--owners", "self", "--query", "Images[].Name")).split(/\s+/).sort(),
  snapshots: (await aws("describe-snapshots", "--owner-ids", "self", "--query", "Snapshots[].SnapshotId")).split(/\s+/),
});

/** `npm run local -- npm run packer:retire -- <args>` */
const retire = (...args: string[]) =>
  command(process.execPath, ["scripts/setup/bootstrap.cjs", "scripts/npm/retire-images.ts", ...args]);

describe("npm run packer:retire", () => {
  test("fails without a number, and does nothing", async () => {
    const result = await retire();
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toBe("error: expected --keep, got none; usage: npm run packer:retire -- --keep N [--yes]");
  });

  test.each([
    [["--keep", "0"], 'error: --keep: expected a whole number from 1 to 9999, got "0"'],
    [["--keep", "many"], 'error: --keep: expected a whole number from 1 to 9999, got "many"'],
    [["--kepe", "1"], "error: unknown option '--kepe'"],
  ])("fails for %j with one sentence", async (args, sentence) => {
    const result = await retire(...args);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain(sentence);
  });

  test("lists what it would do, and does nothing without a terminal to confirm on", async () => {
    const before = await left();
    const result = await retire("--keep", "1");
    expect(
      String(result.stdout)
        .split("\n")
        .map((line) => line.replace(/ \(.*\)/, "")),
    ).toEqual([
      "project workbench, eu-west-1",
      "keep   workbench-amd64-three: the newest",
      "retire workbench-amd64-two: old, and no machine uses it",
      expect.stringMatching(/^keep {3}workbench-amd64-one: used by i-[0-9a-f]+$/),
    ]);
    expect(result.stderr).toContain(
      "error: nothing was retired: expected a terminal to confirm on, got none; pass --yes",
    );
    expect(result.exitCode).toBe(1);
    expect(await left()).toEqual(before);
  });

  test("retires the old image with its snapshot, and no other project's images", async () => {
    const before = await left();
    const result = await retire("--keep", "1", "--yes");
    expect(result.exitCode).toBe(0);
    const after = await left();
    expect(after.images).toEqual(["somebody-elses", "workbench-amd64-one", "workbench-amd64-three"]);
    expect(after.snapshots).toHaveLength(before.snapshots.length - 1);
  });

  test("deletes the snapshots of an interrupted retirement", async () => {
    const before = await left();
    await aws("deregister-image", "--image-id", images[2] ?? "");
    const result = await retire("--keep", "1", "--yes");
    expect(result.stdout).toMatch(/^delete snap-[0-9a-f]+: its image is gone$/m);
    expect((await left()).snapshots).toHaveLength(before.snapshots.length - 1);
  });

  test("lists the images when there is nothing to retire", async () => {
    const result = await retire("--keep", "1");
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toMatch(/^keep {3}workbench-amd64-one .*: the newest$/m);
  });
});

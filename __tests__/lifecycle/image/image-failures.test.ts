/**
 * @module-tag packer
 * @memory 1500 MiB
 * @minutes 5
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leftovers } from "../leftovers";
import { type Command, Workbench } from "../workbench";
import { isolate } from "./isolate";
import { buildLeftovers, ownImages, ownSnapshots, packerBuild, withoutPacker } from "./packer";

describe.skipIf(withoutPacker !== undefined)(`builds that fail${withoutPacker ? ` (${withoutPacker})` : ""}`, () => {
  let user: Workbench;

  beforeAll(async () => {
    user = await Workbench.start();
  });
  afterAll(() => user?.end());

  /** Waits until a build's output matches, and returns the output so far. */
  const said = (build: Command, words: RegExp) =>
    new Promise<string>((resolve, reject) => {
      let output = "";
      build.all.on("data", (data) => {
        output += data;
        if (words.test(output)) resolve(output);
      });
      build.then(({ all }) => reject(new Error(`expected the build to say ${words}, got ${all}`)));
    });
  const instanceIn = (output: string) => /\bi-[0-9a-f]{17}\b/.exec(output)?.[0] ?? "";
  const expectNothingLeft = async () => {
    expect(await ownImages(user)).toEqual([]);
    expect(await ownSnapshots(user)).toEqual([]);
    expect(await buildLeftovers(user)).toEqual([]);
  };

  test("fails before anything is installed when two services want one port, also in a subnet that gives no address", async () => {
    const [{ VpcId: vpc, CidrBlock: block }] = (await user.aws("ec2", "describe-vpcs")).Vpcs;
    const made = await user.aws("ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", lastEighth(block));
    const { SubnetId: subnet, MapPublicIpOnLaunch: gives } = made.Subnet;
    expect(gives).toBe(false);
    const build = packerBuild(
      user,
      ...["-var", "nrepl_port=20001", "-var", `subnet_id=${subnet}`, "-var", "public_address=true"],
    );
    const id = instanceIn(await said(build, /Instance ID: \S+/));
    const [{ Instances }] = (await user.aws("ec2", "describe-instances", "--instance-ids", id)).Reservations;
    expect(Instances[0].PublicIpAddress).toMatch(/^198\./);
    const { exitCode, all } = await build;
    await user.aws("ec2", "delete-subnet", "--subnet-id", subnet);
    expect(all).toContain(
      "check-machine: ports: expected one of its own for SSH (22) and for each service, got 20001 twice",
    );
    expect(all).not.toContain("install-packages");
    expect(exitCode).toBe(1);
    await expectNothingLeft();
  });

  test.each([
    [
      "Debian's packages",
      /Instance ID: \S+/,
      /install-packages: apt-get update failed \(.+\): give the build machine a way to Debian's packages/,
    ],
    [
      "a library",
      /provision\/fetch-libraries/,
      /fetch-libraries: Could not transfer artifact org\.clojure:\S+ from\/to central .*: give the build machine a way to the Maven repositories/,
    ],
    [
      "a Python package",
      /provision\/install-jupyter/,
      /install-jupyter: ERROR: .*\w==[\d.]+.*: give the build machine a way to the Python Package Index/,
    ],
  ])("fails naming %s that cannot be fetched without a network, and leaves nothing", async (_what, from, sentence) => {
    const build = packerBuild(user);
    await isolate(instanceIn(await said(build, from)));
    const { exitCode, all } = await build;
    expect(all).toMatch(sentence);
    expect(exitCode).toBe(1);
    await expectNothingLeft();
  });

  test("Ctrl-C in the middle ends it, and leaves nothing", async () => {
    const build = packerBuild(user);
    await said(build, /provision\/install-packages/);
    process.kill(-(build.pid ?? Number.NaN), "SIGINT");
    const { exitCode, all } = await build;
    expect(all).toContain("Cleanly cancelled builds after being interrupted");
    expect(exitCode).toBe(1);
    await expectNothingLeft();
  });

  test("nothing is left on this computer either", async () => {
    const { localAws } = user.session;
    await user.end();
    expect(await leftovers(localAws)).toEqual([]);
  });
});

/** The last eighth of a CIDR block: the default subnets have the first three. */
function lastEighth(block: string): string {
  const [address = "", prefix] = block.split("/");
  const first = address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
  const last = first + 7 * 2 ** (32 - Number(prefix) - 3);
  return `${[24, 16, 8, 0].map((shift) => (last >>> shift) & 255).join(".")}/${Number(prefix) + 3}`;
}

import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DataAwsAmi } from "@cdktf/provider-aws/lib/data-aws-ami";
import { DataAwsSubnets } from "@cdktf/provider-aws/lib/data-aws-subnets";
import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { App, Fn, TerraformOutput, type TerraformStack, Token } from "cdktf";
import { MachineRole } from "../../../modules/access/machine-role";
import { dependLate } from "../../../modules/late-dependencies";
import { ScriptBundle } from "../../../modules/provisioning/script-bundle";
import { shellWord } from "../../../modules/shell-word";
import { firstBootCommands, planMounts } from "../../../modules/storage/mount-plan";
import { PrivateBucket } from "../../../modules/storage/private-bucket";
import { VolumeMount } from "../../../modules/storage/volume-mount";
import { terraformLiteral } from "../../../modules/terraform-literal";
import { hostBundle } from "../../../stacks/host-bundle";
import { debianImage } from "../../../stacks/names/images";
import { synthesizeModule } from "../../modules/synthesize-module";

const zone = "eu-west-1a";

/** A service that lives on both volumes, and notes on the first one when it starts and stops. */
const livesThere = `[Unit]
BindsTo=workbench-data-volume.service workbench-logs.service
After=workbench-data-volume.service workbench-logs.service
[Service]
ExecStartPre=sh -c 'echo started >> /data/notes'
ExecStart=sleep infinity
ExecStopPost=sh -c 'echo stopped >> /data/notes'
[Install]
WantedBy=workbench-logs.service
`;

/** Writes the Terraform folder of two volumes, whose ids are outputs. */
export function writeVolumes(folder: string): void {
  write(folder, (stack) => {
    for (const name of ["data", "logs"]) {
      const volume = new EbsVolume(stack, name, { availabilityZone: zone, size: 1, tags: { Name: name } });
      new TerraformOutput(stack, `${name}_id`, { value: volume.id });
    }
  });
}

/**
 * Writes the Terraform folder of a host that nobody can log in to. It mounts both volumes at its first boot.
 *
 * @param kinds what is in its bundle
 */
export function writeHost(folder: string, ids: Readonly<Record<string, string>>, ...kinds: readonly string[]): void {
  const { data_id: data = "", logs_id: logs = "" } = ids;
  write(folder, (stack) => {
    const bucket = new PrivateBucket(stack, "bundles", {
      name: { prefix: "bundles-" },
      holds: "scripts of the host",
      deleteObjects: true,
    });
    const bundle = new ScriptBundle(stack, "scripts", { bucket, archive: hostBundle(...kinds) });
    const role = new MachineRole(stack, "role", { name: "host", description: "The host's", partition: "aws" });
    bundle.grantRead(role);
    const volume = { fileSystem: "ext4", owner: "root", waitSec: 120 } as const;
    const mounts = planMounts([
      { ...volume, volume: { id: data, sizeGiB: 1 }, mountPoint: { value: "/data", setting: "data" } },
      { ...volume, volume: { id: logs, sizeGiB: 1 }, name: "logs", mountPoint: { value: "/logs", setting: "logs" } },
    ]);
    const unit = "/etc/systemd/system/lives-there.service";
    const userData = bundle.userData([
      `printf %s ${shellWord(livesThere)} > ${unit} && systemctl enable --quiet lives-there.service`,
      ...firstBootCommands(mounts),
    ]);
    const instance = new Instance(stack, "host", {
      ami: newestDebian(stack),
      instanceType: "t3.micro",
      subnetId: defaultSubnet(stack),
      iamInstanceProfile: role.instanceProfile.name,
      userData: terraformLiteral(userData),
      userDataReplaceOnChange: true,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    });
    dependLate(instance, () => role.ready);
    new VolumeMount(stack, "data", { mounts, machine: { instance } });
    new TerraformOutput(stack, "instance_id", { value: instance.id });
  });
}

function newestDebian(stack: TerraformStack): string {
  const { owner, name } = debianImage("amd64");
  return new DataAwsAmi(stack, "image", {
    owners: [owner],
    mostRecent: true,
    filter: [{ name: "name", values: [name] }],
  }).id;
}

function defaultSubnet(stack: TerraformStack): string {
  const { ids } = new DataAwsSubnets(stack, "subnets", {
    filter: [
      { name: "default-for-az", values: ["true"] },
      { name: "availability-zone", values: [zone] },
    ],
  });
  return Token.asString(Fn.one(ids));
}

/** Writes JSON and assets of a stack into a folder, which also gets its state. */
function write(folder: string, build: (stack: TerraformStack) => void): void {
  let outdir = "";
  const { terraform, ...json } = synthesizeModule((stack) => {
    outdir = App.of(stack).outdir;
    build(stack);
  });
  const text = JSON.stringify({ ...json, terraform: { ...terraform, backend: undefined } });
  const assets = path.join(outdir, "stacks", "test", "assets");
  mkdirSync(folder, { recursive: true });
  rmSync(path.join(folder, "assets"), { recursive: true, force: true });
  if (existsSync(assets)) cpSync(assets, path.join(folder, "assets"), { recursive: true });
  writeFileSync(path.join(folder, "cdk.tf.json"), text);
}

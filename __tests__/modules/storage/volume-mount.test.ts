import { Instance } from "@cdktf/provider-aws/lib/instance";
import { describe, expect, it } from "vitest";
import type { SshTarget } from "../../../modules/provisioning/provisioners";
import { planMounts, type WantedMount } from "../../../modules/storage/mount-plan";
import { VolumeMount } from "../../../modules/storage/volume-mount";
import type { TerraformJson } from "../../stacks/synthesize";
import { temporaryFolder } from "../../temporary-folder";
import { synthesizeModule } from "../synthesize-module";

const wanted = (name: string | undefined, mountPoint: string): WantedMount => ({
  volume: { id: `vol-of-${mountPoint}`, sizeGiB: 10 },
  name,
  mountPoint: { value: mountPoint, setting: "mountPoint" },
  fileSystem: "ext4",
  owner: "admin",
  mayFormat: true,
  waitSec: 120,
});
const two = [wanted(undefined, "/data"), wanted("logs", "/logs")];

function mounted(target?: Partial<SshTarget>): TerraformJson["resource"] {
  const ssh = target && {
    target: { host: "198.18.0.1", port: 22, user: "admin", publicKeyFile: "key.pub", timeoutSec: 60, ...target },
    scriptsDirectory: temporaryFolder("scripts-"),
    unmount: { whenSilent: "start it." },
  };
  return synthesizeModule((stack) => {
    const machine = { instance: new Instance(stack, "machine", { ami: "ami-1", instanceType: "t3.micro" }) };
    new VolumeMount(stack, "data", { mounts: planMounts(two), machine, ssh });
  }).resource;
}

const terraformData = (resource: TerraformJson["resource"], name: string) => resource["terraform_data"]?.[name];

describe("VolumeMount", () => {
  it("attaches each volume under its device name, and stops the machine before it detaches one", () => {
    const instance_id = "${aws_instance.machine.id}";
    expect(mounted()["aws_volume_attachment"]).toMatchObject({
      data_attachment: { volume_id: "vol-of-/data", device_name: "/dev/sdf", instance_id },
      data_logs_attachment: { volume_id: "vol-of-/logs", device_name: "/dev/sdg", instance_id },
    });
    for (const attachment of Object.values(mounted()["aws_volume_attachment"] ?? {})) {
      expect(attachment.stop_instance_before_detaching).toBe(true);
    }
  });

  it("logs in to nothing when the machine mounts at its first boot", () => {
    const { terraform_data } = mounted();
    expect(Object.keys(terraform_data ?? {})).toEqual(["place"]);
  });

  describe("over SSH", () => {
    it("mounts and unmounts each volume by its own name, from an uploaded folder of its own", () => {
      const resource = mounted({});
      const run = (name: string, index: number) =>
        terraformData(resource, name).provisioner[index]["remote-exec"].inline[1];
      expect(run("data_mount", 2)).toMatch(/^cd && sudo bash \.workbench-data-volume\/install-data-volume .* 120$/);
      expect(run("data_logs_mount", 2)).toMatch(/^cd && sudo bash \.workbench-logs\/install-.* --name 'logs'$/);
      expect(run("data_logs_unmount", 1)).toBe(
        "cd / && { sudo test ! -e /etc/workbench/logs.conf || sudo /usr/local/lib/workbench/unmount-data-volume /etc/workbench/logs.conf; }",
      );
    });

    it("says what to do about a silent machine before it logs in to unmount", () => {
      expect(terraformData(mounted({}), "data_unmount").provisioner[0]["local-exec"]).toEqual({
        command: "echo Logs in to unmount. If nothing answers, the machine is stopped or gone: start it.",
        when: "destroy",
      });
    });

    it("unmounts when the attachment is replaced, and not when the machine is gone, and the attachment with it", () => {
      const { lifecycle, triggers_replace } = terraformData(mounted({}), "data_unmount");
      expect(lifecycle.replace_triggered_by).toEqual(["aws_volume_attachment.data_attachment"]);
      expect(Object.keys(triggers_replace)).toEqual(["instanceType", "mountPoint"]);
    });

    it("mounts one volume after the other, since all install the same scripts", () => {
      expect(terraformData(mounted({}), "data_logs_mount").depends_on).toContain("terraform_data.data_mount");
    });

    it("checks first that the private key is there, and names its setting", () => {
      const privateKey = { path: "../../key", written: { value: "key", setting: "ssh.privateKeyFile" } };
      const { data_mount } = mounted({ privateKey })["terraform_data"] ?? {};
      expect(data_mount.lifecycle.precondition[0].error_message).toBe(
        "ssh.privateKeyFile: expected a private key in key, got no such file; name yours, or set it to null to use the SSH agent.",
      );
      expect(data_mount.input.privateKeyFile).toBe("../../key");
    });
  });
});

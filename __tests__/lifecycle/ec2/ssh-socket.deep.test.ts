/**
 * @module-tag ebs
 * @module-tag ec2
 * @memory 1000 MiB
 * @minutes 4
 */
import { afterAll, beforeAll, expect } from "vitest";
import { checksums, writeFiles } from "../data";
import { describeWithMachines } from "../machines";
import { story } from "../steps";
import { until } from "../until";
import { Workbench } from "../workbench";

/** In Ubuntu's images, for example, systemd listens for SSH, and starts sshd for whoever connects. */
describeWithMachines("an image in which systemd listens for SSH", () => {
  let user: Workbench;
  let sums: string;
  const step = story();
  const ports = () => user.ssh("ss --listening --tcp --numeric --no-header | grep --only-matching ':22[0-9]* '");

  beforeAll(async () => {
    user = await Workbench.start();
    await user.deploy("ebs");
    await user.deploy("ec2");
    sums = await writeFiles(user, "work");
  });
  afterAll(() => user?.end());

  step("is made from a machine", async () => {
    const { instance_id: machine = "", data_volume_id: volume = "" } = await user.outputs("ec2");
    await user.ssh(`sudo systemctl disable ssh.service && sudo systemctl enable ssh.socket &&
      sudo rm /etc/ssh/sshd_config.d/10-workbench.conf && sudo cloud-init clean --logs`);
    // The image of a machine with its data volume would hold a copy of the volume.
    await user.ssh("sudo systemctl stop workbench-data-volume");
    await user.aws("ec2", "detach-volume", "--volume-id", volume);
    await user.aws("ec2", "wait", "volume-available", "--volume-ids", volume);
    const { ImageId: image } = await user.aws("ec2", "create-image", "--instance-id", machine, "--name", "by-socket");
    await until(`the image ${image}`, async () => {
      const { Images } = await user.aws("ec2", "describe-images", "--image-ids", image);
      return Images[0].State === "available";
    });
    await user.destroy("ec2");
    user.settings = { EC2_IMAGE_SOURCE: "id", EC2_IMAGE_ID: image };
  });

  step("boots, and listens on ssh.port alone, as the sshd of other images does", async () => {
    await user.deploy("ec2");
    expect(await user.ssh("systemctl is-enabled ssh.socket ssh.service || true")).toBe("enabled\ndisabled");
    expect(await user.ssh("systemctl is-active ssh.socket")).toBe("active");
    expect(new Set((await ports()).split(/\s+/))).toEqual(new Set([":2222"]));
    expect(await checksums(user, "work")).toBe(sums);
  });

  step("listens there after a reboot, too, and the plan is empty", async () => {
    const before = await user.bootId();
    await user.aws("ec2", "reboot-instances", "--instance-ids", (await user.outputs("ec2"))["instance_id"] ?? "");
    await user.waitForBoot(before);
    expect(new Set((await ports()).split(/\s+/))).toEqual(new Set([":2222"]));
    expect((await user.plan("ec2")).changes).toBe("");
  });
});

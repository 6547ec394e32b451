/**
 * @module-tag first-boot
 */
import { afterAll, beforeAll, expect } from "vitest";
import { describeWithMachines } from "../machines";
import { story } from "../steps";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { ArchiveUser } from "./archive-user";

/** Somebody changes the scripts of a host in S3. What the host says then is what to do. */
describeWithMachines("a host whose scripts somebody has changed in S3", () => {
  let archive: ArchiveUser;
  let user: Workbench;
  let said = "";
  const step = story();
  const replace = ["apply", "-auto-approve", "-replace=aws_instance.host"];

  beforeAll(async () => {
    archive = await ArchiveUser.start();
    user = archive.workbench;
    await user.deploy("archive-data");
    await user.deploy("archive");
    await archive.untilStarted(1);
  });
  afterAll(() => archive?.end());

  step("Terraform does not see it, and a new host refuses them and says the commands that help", async () => {
    const [bucket] = await user.aws("s3api", "list-buckets", "--query", "Buckets[].Name");
    const [key] = await user.aws("s3api", "list-objects-v2", "--bucket", bucket, "--query", "Contents[].Key");
    const upload = `aws s3 cp - s3://${bucket}/${key} --content-type application/x-tar`;
    expect((await user.bash(`echo changed | ${upload}`)).exitCode).toBe(0);
    expect((await user.plan("archive")).changes).toBe("");
    expect((await user.terraform(replace, "archive")).exitCode).toBe(0);
    await until(
      "the host's sentence",
      async () => {
        said = await archive.read("/var/log/cloud-init-output.log").catch(() => "");
        return said.includes("somebody has changed the object");
      },
      () => said,
    );
    expect(said).toContain(`aws s3 rm s3://${bucket}/${key}`);
  });

  step("with these commands, the object and the host are made again, and it starts", async () => {
    const [, remove = "", command = ""] = /`(aws s3 rm [^`]+)`, and `terraform ([^`]+)`/.exec(said) ?? [];
    expect((await user.bash(remove)).exitCode).toBe(0);
    expect(command.split(" ").slice(1)).toEqual(["apply", "-replace=aws_instance.NAME"]);
    expect((await user.terraform(replace, "archive")).exitCode).toBe(0);
    await archive.untilStarted(2);
    expect((await user.plan("archive")).changes).toBe("");
  });
});

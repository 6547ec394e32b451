import path from "node:path";
import { execa } from "execa";
import { findProgram } from "../setup/tools";
import { CommandError } from "../support/command-error";
import { venvDirectory } from "../support/project";
import type { OwnImage } from "./old-images";

const CALL_TIMEOUT_SEC = 120;

/** Which account and region, in the words of the settings; credentials are the environment's. */
export interface AccountSettings {
  readonly project: string;
  readonly aws: { readonly region: string; readonly profile: string | null };
}

/** The images of a project in an account and region, and what uses them. Calls the AWS CLI, as a person would. */
export class ImageAccount {
  private readonly file: string;

  /** @throws CommandError one sentence when there is no AWS CLI */
  constructor(
    private readonly settings: AccountSettings,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {
    const own = { PATH: path.join(venvDirectory, "bin") };
    const file = findProgram("aws", environment) ?? findProgram("aws", own);
    if (file === undefined) {
      throw new CommandError("aws is not on the PATH: install the AWS CLI, or run npm start once, which brings one");
    }
    this.file = file;
  }

  /** Images of ours that are finished. */
  async images(): Promise<readonly OwnImage[]> {
    const { Images: found } = await this.ask("describe-images", "--owners", "self", ...this.tagged());
    return (found as DescribedImage[])
      .filter((each) => each.State === "available")
      .map((each) => ({
        id: each.ImageId,
        name: each.Name,
        image: each.Tags.find(({ Key }) => Key === "Image")?.Value ?? "",
        architecture: each.Architecture,
        createdAt: each.CreationDate,
        snapshotIds: each.BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
      }));
  }

  /** Every machine that could start again, by the id of the image that it was made from. */
  async machines(): Promise<ReadonlyMap<string, readonly string[]>> {
    const states = "Name=instance-state-name,Values=pending,running,stopping,stopped";
    const { Reservations: found } = await this.ask("describe-instances", "--filters", states);
    const byImage = new Map<string, string[]>();
    for (const { ImageId, InstanceId } of (found as DescribedReservation[]).flatMap(({ Instances }) => Instances)) {
      byImage.set(ImageId, [...(byImage.get(ImageId) ?? []), InstanceId]);
    }
    return byImage;
  }

  /** Snapshots of ours whose image is gone: those of a retirement that was cut off. */
  async orphanedSnapshots(): Promise<readonly string[]> {
    const { Images: images } = await this.ask("describe-images", "--owners", "self");
    const needed = (images as DescribedImage[]).flatMap(({ BlockDeviceMappings: disks }) =>
      disks.map(({ Ebs }) => Ebs?.SnapshotId),
    );
    const { Snapshots: found } = await this.ask("describe-snapshots", "--owner-ids", "self", ...this.tagged());
    return (found as { SnapshotId: string; State: string }[])
      .filter(({ SnapshotId, State }) => State === "completed" && !needed.includes(SnapshotId))
      .map(({ SnapshotId }) => SnapshotId);
  }

  /** Deregisters an image: nothing can be made from it any more. Its snapshots stay. */
  async deregister(imageId: string): Promise<void> {
    await this.ask("deregister-image", "--image-id", imageId);
  }

  /** Deletes a snapshot, which no image may need. */
  async deleteSnapshot(snapshotId: string): Promise<void> {
    await this.ask("delete-snapshot", "--snapshot-id", snapshotId);
  }

  /** Images and snapshots of this project; the data volume's snapshots have no Image tag. */
  private tagged(): string[] {
    return ["--filters", `Name=tag:Project,Values=${this.settings.project}`, "Name=tag-key,Values=Image"];
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers of several calls; who asks says what it reads.
  private async ask(call: string, ...args: string[]): Promise<any> {
    const { region, profile } = this.settings.aws;
    const account = ["--region", region, ...(profile === null ? [] : ["--profile", profile])];
    const asked = await execa(this.file, ["ec2", call, ...args, ...account, "--output", "json"], {
      env: { ...this.environment, AWS_PAGER: "" },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
      timeout: CALL_TIMEOUT_SEC * 1000,
    });
    if (asked.exitCode !== 0) {
      const said = String(asked.stderr).trim().split("\n").at(-1) || asked.shortMessage;
      throw new CommandError(`aws ec2 ${call} in ${region} failed: ${said}`);
    }
    return asked.stdout === "" ? {} : JSON.parse(asked.stdout);
  }
}

interface DescribedImage {
  ImageId: string;
  Name: string;
  State: string;
  Architecture: string;
  CreationDate: string;
  Tags: { Key: string; Value: string }[];
  BlockDeviceMappings: { Ebs?: { SnapshotId?: string } }[];
}

interface DescribedReservation {
  Instances: { InstanceId: string; ImageId: string }[];
}

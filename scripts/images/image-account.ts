import { AwsCalls, allOf } from "../aws/aws-calls";
import { type Ec2Calls, services } from "../aws/services";
import { describeOwnImages, type OwnImage } from "./own-image";

/**
 * The account and the region, in the words of the settings. Without a profile, the environment gives the credentials.
 */
export interface AccountSettings {
  readonly project: string;
  readonly aws: { readonly region: string; readonly profile: string | null };
}

/** The images of a project in one account and region, and the machines and snapshots that belong to them. */
export class ImageAccount {
  private constructor(
    private readonly project: string,
    private readonly calls: Ec2Calls,
  ) {}

  static async open({ project, aws }: AccountSettings): Promise<ImageAccount> {
    return new ImageAccount(project, await AwsCalls.at(services.ec2, aws));
  }

  /** Lists the project's finished images. */
  images(): Promise<readonly OwnImage[]> {
    return describeOwnImages(this.calls, this.tagged());
  }

  /** Lists every machine that runs or can start again, by the id of the image that it was made from. */
  async machines(): Promise<ReadonlyMap<string, readonly string[]>> {
    const alive = { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] };
    const reservations = await this.calls.ask("DescribeInstances", ({ paginateDescribeInstances }, client, options) =>
      allOf(paginateDescribeInstances({ client }, { Filters: [alive] }, options), (page) => page.Reservations),
    );
    const byImage = new Map<string, string[]>();
    for (const { ImageId = "", InstanceId = "" } of reservations.flatMap(({ Instances = [] }) => Instances)) {
      byImage.set(ImageId, [...(byImage.get(ImageId) ?? []), InstanceId]);
    }
    return byImage;
  }

  /** Lists the project's snapshots whose image is gone. An interrupted retirement leaves them. */
  async orphanedSnapshots(): Promise<readonly string[]> {
    const images = await this.calls.ask("DescribeImages", ({ paginateDescribeImages }, client, options) =>
      allOf(paginateDescribeImages({ client }, { Owners: ["self"] }, options), (page) => page.Images),
    );
    const needed = new Set(
      images.flatMap(({ BlockDeviceMappings = [] }) => BlockDeviceMappings.map(({ Ebs }) => Ebs?.SnapshotId)),
    );
    const wanted = { OwnerIds: ["self"], Filters: this.tagged() };
    const snapshots = await this.calls.ask("DescribeSnapshots", ({ paginateDescribeSnapshots }, client, options) =>
      allOf(paginateDescribeSnapshots({ client }, wanted, options), (page) => page.Snapshots),
    );
    return snapshots
      .filter(({ SnapshotId, State }) => State === "completed" && !needed.has(SnapshotId))
      .map(({ SnapshotId = "" }) => SnapshotId);
  }

  /** Deregisters an image. No machine can be made from it any more. Its snapshots stay. */
  async deregister(imageId: string): Promise<void> {
    await this.calls.ask("DeregisterImage", ({ DeregisterImageCommand }, client, options) =>
      client.send(new DeregisterImageCommand({ ImageId: imageId }), options),
    );
  }

  /** Deletes a snapshot. No image may use it. */
  async deleteSnapshot(snapshotId: string): Promise<void> {
    await this.calls.ask("DeleteSnapshot", ({ DeleteSnapshotCommand }, client, options) =>
      client.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }), options),
    );
  }

  /** Filters for the images and snapshots of this project. Snapshots of the data volume have no Image tag. */
  private tagged() {
    return [
      { Name: "tag:Project", Values: [this.project] },
      { Name: "tag-key", Values: ["Image"] },
    ];
  }
}

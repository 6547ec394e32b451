import type { Filter, Snapshot, Tag, Volume } from "@aws-sdk/client-ec2";
import { AwsCalls, type AwsPlace, allOf } from "../aws/aws-calls";
import { type Ec2Calls, services } from "../aws/services";

/** A data volume of a stack that has several. */
export interface NumberedVolume {
  readonly id: string;
  /** Its number, from its tag `Index`. */
  readonly index: number;
  readonly sizeGiB: number;
  /** The machines that have it. */
  readonly attachedTo: readonly string[];
  /** When its retirement began; from its tag `Retiring`. @default it did not begin */
  readonly retiringSince?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The snapshot with which a volume was, or is being, retired. */
export interface RetirementSnapshot {
  readonly id: string;
  readonly volumeId: string;
  /** In EC2's words: `pending`, `completed`, `error` … */
  readonly state: string;
  /** Such as `37%`. */
  readonly progress: string;
  /** Number of the volume. */
  readonly index: number;
  /** When the volume's retirement began; from the tag `Retired`. */
  readonly retiredSince: string;
}

/** Tags that say something about a volume's life, not about its data. */
const NOT_OF_THE_DATA = ["Complete", "Retiring"];

/** The data volumes of one stack on AWS, and the snapshots of those that were retired. */
export class VolumeAccount {
  private constructor(
    private readonly calls: Ec2Calls,
    private readonly identifying: readonly Filter[],
  ) {}

  /** @param identifyingTags tags that only these volumes carry */
  static async open(place: AwsPlace, identifyingTags: Readonly<Record<string, string>>): Promise<VolumeAccount> {
    const filters = Object.entries(identifyingTags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
    return new VolumeAccount(await AwsCalls.at(services.ec2, place), filters);
  }

  /** Lists the volumes, the first first. */
  async volumes(): Promise<readonly NumberedVolume[]> {
    const there = { Name: "status", Values: ["creating", "available", "in-use", "error"] };
    const found = await this.calls.ask("DescribeVolumes", ({ paginateDescribeVolumes }, client, options) =>
      allOf(
        paginateDescribeVolumes({ client }, { Filters: [...this.identifying, there] }, options),
        (page) => page.Volumes,
      ),
    );
    return found.map(toVolume).sort((a, b) => a.index - b.index);
  }

  /** Lists the snapshots with which volumes were retired, or are being retired. Not those that failed. */
  async retirementSnapshots(): Promise<readonly RetirementSnapshot[]> {
    const wanted = {
      OwnerIds: ["self"],
      Filters: [
        ...this.identifying,
        { Name: "tag-key", Values: ["Retired"] },
        { Name: "status", Values: ["pending", "completed"] },
      ],
    };
    const found = await this.calls.ask("DescribeSnapshots", ({ paginateDescribeSnapshots }, client, options) =>
      allOf(paginateDescribeSnapshots({ client }, wanted, options), (page) => page.Snapshots),
    );
    return found.map(toSnapshot);
  }

  /** Reads one snapshot. */
  snapshot(id: string): Promise<RetirementSnapshot> {
    return this.calls.ask("DescribeSnapshots", async ({ DescribeSnapshotsCommand }, client, options) => {
      const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }), options);
      return toSnapshot(Snapshots[0] ?? {});
    });
  }

  /** Marks a volume: no stack uses it any more, and a later run goes on with this retirement. */
  async mark(volumeId: string, since: string): Promise<void> {
    await this.calls.ask("CreateTags", ({ CreateTagsCommand }, client, options) =>
      client.send(new CreateTagsCommand({ Resources: [volumeId], Tags: [{ Key: "Retiring", Value: since }] }), options),
    );
  }

  /** Begins a snapshot that says what the volume was, and returns its id. */
  takeSnapshot({ id, tags }: NumberedVolume, since: string): Promise<string> {
    const ofTheData = Object.entries(tags).filter(([key]) => !NOT_OF_THE_DATA.includes(key) && !key.startsWith("aws:"));
    const Tags = Object.entries({ ...Object.fromEntries(ofTheData), Retired: since }).map(([Key, Value]) => ({
      Key,
      Value,
    }));
    const wanted = {
      VolumeId: id,
      Description: `${tags["Name"]} (${id}), retired`,
      TagSpecifications: [{ ResourceType: "snapshot" as const, Tags }],
    };
    return this.calls.ask("CreateSnapshot", async ({ CreateSnapshotCommand }, client, options) => {
      const { SnapshotId = "" } = await client.send(new CreateSnapshotCommand(wanted), options);
      return SnapshotId;
    });
  }

  /** Deletes a volume. EC2 refuses that while a machine has it. */
  async delete(volumeId: string): Promise<void> {
    await this.calls.ask("DeleteVolume", ({ DeleteVolumeCommand }, client, options) =>
      client.send(new DeleteVolumeCommand({ VolumeId: volumeId }), options),
    );
  }
}

function tagsOf(tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

function toVolume({ VolumeId = "", Size = 0, Attachments = [], Tags }: Volume): NumberedVolume {
  const tags = tagsOf(Tags);
  return {
    id: VolumeId,
    index: Number(tags["Index"]),
    sizeGiB: Size,
    attachedTo: Attachments.map(({ InstanceId = "a machine" }) => InstanceId),
    retiringSince: tags["Retiring"],
    tags,
  };
}

function toSnapshot({ SnapshotId = "", VolumeId = "", State, Progress = "", Tags }: Snapshot): RetirementSnapshot {
  const tags = tagsOf(Tags);
  return {
    id: SnapshotId,
    volumeId: VolumeId,
    state: State ?? "",
    progress: Progress,
    index: Number(tags["Index"]),
    retiredSince: tags["Retired"] ?? "",
  };
}

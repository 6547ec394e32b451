import { findPacker } from "../../../scripts/setup/packer";
import { withoutMachines } from "../machines";
import type { Command, Workbench } from "../workbench";

/** Why images cannot be built here, in one sentence; undefined when they can. */
export const withoutPacker: string | undefined =
  withoutMachines ??
  (await findPacker().then(
    () => undefined,
    (error: Error) => error.message,
  ));

/** `npm run local -- packer build <arguments> packer/workbench`. */
export function packerBuild(user: Workbench, ...args: string[]): Command {
  return user.local("packer", "build", "-color=false", ...args, "packer/workbench");
}

/** What a build must not leave in the account. It may leave images and their snapshots, and nothing else. */
export async function buildLeftovers(user: Workbench): Promise<string[]> {
  const names = async (call: string, query: string): Promise<string[]> => user.aws("ec2", call, "--query", query);
  const lists = await Promise.all([
    names("describe-instances", "Reservations[].Instances[?State.Name!='terminated'].InstanceId[]"),
    names("describe-volumes", "Volumes[].VolumeId"),
    names("describe-key-pairs", "KeyPairs[].KeyName"),
    names("describe-security-groups", "SecurityGroups[?GroupName!='default'].GroupName"),
    names("describe-network-interfaces", "NetworkInterfaces[].NetworkInterfaceId"),
  ]);
  return lists.flat();
}

/** One of our images. */
export interface FoundImage {
  readonly id: string;
  readonly name: string;
  readonly snapshotId: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Our images, newest first. */
export async function ownImages(user: Workbench): Promise<FoundImage[]> {
  const images: DescribedImage[] = await user.aws("ec2", "describe-images", "--owners", "self", "--query", "Images");
  return images
    .sort((a, b) => b.CreationDate.localeCompare(a.CreationDate))
    .map((image) => ({
      id: image.ImageId,
      name: image.Name,
      snapshotId: image.BlockDeviceMappings[0]?.Ebs.SnapshotId ?? "",
      tags: Object.fromEntries(image.Tags.map(({ Key, Value }) => [Key, Value])),
    }));
}

/** Ids of our snapshots. */
export function ownSnapshots(user: Workbench): Promise<string[]> {
  return user.aws("ec2", "describe-snapshots", "--owner-ids", "self", "--query", "Snapshots[].SnapshotId");
}

interface DescribedImage {
  ImageId: string;
  Name: string;
  CreationDate: string;
  Tags: { Key: string; Value: string }[];
  BlockDeviceMappings: { Ebs: { SnapshotId: string } }[];
}

import type { Filter, Image } from "@aws-sdk/client-ec2";
import type { LocalEndpoint } from "../aws/aws-calls";
import { AwsCalls, allOf } from "../aws/aws-calls";
import { type Ec2Calls, services } from "../aws/services";
import { program } from "../support/program";

const { ownImage } = program("stacks/names/images");

/** One of our images, as EC2 describes it. */
export interface OwnImage {
  readonly id: string;
  readonly name: string;
  /** Name of the image's folder below `packer/`, from its Image tag. */
  readonly image: string;
  /** In EC2's words. */
  readonly architecture: string;
  /** ISO 8601, in UTC. */
  readonly createdAt: string;
  readonly snapshotIds: readonly string[];
}

/** Selects one of our images. */
export interface ImageWanted {
  readonly project: string;
  readonly region: string;
  /** Folder below `packer/`. */
  readonly folder: string;
  /** In Debian's words. */
  readonly architecture: string;
}

/**
 * Lists our images in a local AWS, newest first. Searches as a stack does: the stack's machine boots the first.
 *
 * @throws CommandError one sentence when the local AWS does not answer the call
 */
export async function findOwnImages(local: LocalEndpoint, wanted: ImageWanted): Promise<readonly OwnImage[]> {
  const { name, tags = {} } = ownImage(wanted.project, wanted.folder, wanted.architecture);
  const calls = await AwsCalls.at(services.ec2, { region: wanted.region, profile: null, local });
  const found = await describeOwnImages(calls, [
    { Name: "name", Values: [name] },
    ...Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })),
  ]);
  return found.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt) || a.id.localeCompare(b.id));
}

/** Lists the account's own finished images that match the filters. */
export function describeOwnImages(calls: Ec2Calls, filters: readonly Filter[]): Promise<OwnImage[]> {
  return calls.ask("DescribeImages", async ({ paginateDescribeImages }, client, options) => {
    const finished = { Name: "state", Values: ["available"] };
    const wanted = { Owners: ["self"], Filters: [...filters, finished] };
    const pages = paginateDescribeImages({ client }, wanted, options);
    return (await allOf(pages, ({ Images }) => Images)).map(toOwnImage);
  });
}

function toOwnImage({ ImageId, Name, Tags, Architecture, CreationDate, BlockDeviceMappings = [] }: Image): OwnImage {
  return {
    id: ImageId ?? "",
    name: Name ?? "",
    image: Tags?.find(({ Key }) => Key === "Image")?.Value ?? "",
    architecture: Architecture ?? "",
    createdAt: CreationDate ?? "",
    snapshotIds: BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
  };
}

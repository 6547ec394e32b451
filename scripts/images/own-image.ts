import type { Filter, Image } from "@aws-sdk/client-ec2";
import type { FileSettings } from "../../settings/schema";
import { program } from "../support/program";
import type { LocalEndpoint } from "./ec2-calls";
import { allOf, Ec2Calls } from "./ec2-calls";

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

/** The settings that say which image is meant. */
export type ImageWanted = Pick<FileSettings, "project" | "aws" | "ec2">;

/**
 * Our images in a local AWS, newest first, found as the `ec2` stack finds them: it boots the first with
 * `ec2.image.source: workbench`.
 *
 * @throws CommandError one sentence when it cannot be asked
 */
export async function findOwnImages(local: LocalEndpoint, wanted: ImageWanted): Promise<readonly OwnImage[]> {
  const { name, tags = {} } = ownImage(wanted.project, "workbench", wanted.ec2.image.architecture);
  const calls = await Ec2Calls.at({ region: wanted.aws.region, profile: null, local });
  const found = await describeOwnImages(calls, [
    { Name: "name", Values: [name] },
    ...Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })),
  ]);
  return found.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}

/** The account's own images that are finished and that the filters let through. */
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

/**
 * Settings, as variables, for the machine of a local AWS: it boots Debian's own image where one of ours is wanted and none is
 * there, so that the `ec2` stack can always be deployed.
 */
export function imageVariables({ ec2 }: ImageWanted, built: readonly OwnImage[]): NodeJS.ProcessEnv {
  if (ec2.image.source !== "workbench") return {};
  return { WORKBENCH_EC2_IMAGE_SOURCE: built.length === 0 ? "debian" : "workbench" };
}

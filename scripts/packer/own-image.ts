import type { FileSettings } from "../../settings/schema";
import { program } from "../support/program";

const { ownImage } = program<typeof import("../../modules/images/image-names")>("modules/images/image-names");

const TIMEOUT_MS = 30_000;

/** An image of ours, as a local AWS has it. */
export interface BuiltImage {
  readonly id: string;
  readonly name: string;
}

/** The settings that say which image is meant. */
export type ImageWanted = Pick<FileSettings, "project" | "aws" | "ec2">;

/**
 * Our images in a local AWS, newest first, found as the `ec2` stack finds them: it boots the first with
 * `ec2.image.source: workbench`. Asked of EC2's own API over HTTP, since every `npm run local` asks and the AWS CLI takes more
 * than a second to start.
 *
 * @param port of the local AWS, on this computer
 */
export async function findOwnImages(port: number, wanted: ImageWanted): Promise<readonly BuiltImage[]> {
  const { owner, name, tags } = ownImage(wanted.project, "workbench", wanted.ec2.image.architecture);
  const filters = {
    name,
    state: "available",
    ...Object.fromEntries(Object.entries(tags ?? {}).map(([key, value]) => [`tag:${key}`, value])),
  };
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: { authorization: authorization(wanted.aws.region) },
    body: new URLSearchParams([
      ["Action", "DescribeImages"],
      ["Version", "2016-11-15"],
      ["Owner.1", owner],
      ...Object.entries(filters).flatMap(([key, value], index) => [
        [`Filter.${index + 1}.Name`, key],
        [`Filter.${index + 1}.Value.1`, value],
      ]),
    ]),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`DescribeImages: expected status 200, got ${answer.status}: ${text.slice(0, 300)}`);
  return imagesIn(text);
}

/** Says which account, region and service; nobody checks the signature of a call to a local AWS. */
function authorization(region: string): string {
  return `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/ec2/aws4_request, SignedHeaders=host, Signature=none`;
}

/** The images in the answer to a DescribeImages, newest first; each has one id, one name and one date. */
function imagesIn(answer: string): readonly BuiltImage[] {
  const valuesOf = (tag: string) =>
    [...answer.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"))].map(([, value]) => value ?? "");
  const [names, dates] = [valuesOf("name"), valuesOf("creationDate")];
  return valuesOf("imageId")
    .map((id, index) => ({ id, name: names[index] ?? "", date: dates[index] ?? "" }))
    .sort((a, b) => (a.date < b.date ? 1 : -1))
    .map(({ id, name }) => ({ id, name }));
}

/**
 * Settings, as variables, for the machine of a local AWS: it boots Debian's own image where one of ours is wanted and none is
 * there, so that the `ec2` stack can always be deployed.
 */
export function imageVariables({ ec2 }: ImageWanted, built: readonly BuiltImage[]): NodeJS.ProcessEnv {
  if (ec2.image.source !== "workbench") return {};
  return { WORKBENCH_EC2_IMAGE_SOURCE: built.length === 0 ? "debian" : "workbench" };
}

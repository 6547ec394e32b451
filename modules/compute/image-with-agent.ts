import type { Precondition } from "cdktf";
import { Construct } from "constructs";
import { imageDetails } from "./image-details";
import type { MachineImage } from "./machine-image";

/** An image that must have AWS's Systems Manager agent. */
export interface ImageWithAgentProps {
  /** Image that a new machine boots; known before anything is made. */
  readonly image: Pick<MachineImage, "imageId">;
  /** Tag of the image that says `true` if the agent is in it. */
  readonly tag: string;
  /** What cannot work without the agent, such as `loading the servers through Run Command`; begins the message. */
  readonly neededFor: string;
  /** What to do; ends the message. */
  readonly fix: string;
}

/** Account of Canonical, which puts the agent into every Ubuntu image. */
const ubuntu = "099720109477";

/**
 * Refuses an image without the Systems Manager agent, before a machine boots that nobody could reach.
 *
 * An image has the agent if its tag says so, or without that tag, if it is Amazon Linux (also ECS-optimized, not
 * minimal) or Ubuntu. Source: AWS, "Find AMIs with the SSM Agent preinstalled" (read 2026-11).
 */
export class ImageWithAgent extends Construct {
  /** Of the machine. An image that nobody finds is refused too. A destroy asks for nothing. */
  readonly precondition: Precondition;

  constructor(scope: Construct, id: string, { image: { imageId }, tag, neededFor, fix }: ImageWithAgentProps) {
    super(scope, id);
    const details = imageDetails(this, imageId, ["self", "amazon", ubuntu]);
    const amazonLinux =
      'image.image_owner_alias == "amazon" && can(regex("^(amzn2|al2023)-ami-", image.name)) && ' +
      '!can(regex("-minimal-", image.name))';
    const published = `(${amazonLinux}) || image.owner_id == "${ubuntu}"`;
    const has = `lookup(image.tags, ${JSON.stringify(tag)}, tostring(${published})) == "true"`;
    this.precondition = {
      condition: `\${anytrue([for image in ${details} : ${has}])}`,
      errorMessage:
        `${neededFor} needs AWS's Systems Manager agent: expected an image with it, got ${imageId}, ` +
        `which has no tag ${tag} = true; ${fix}.`,
    };
  }
}

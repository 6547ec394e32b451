import { DataAwsAmi } from "@cdktf/provider-aws/lib/data-aws-ami";
import { DataAwsAmiIds } from "@cdktf/provider-aws/lib/data-aws-ami-ids";
import { Fn, type Precondition, TerraformCount } from "cdktf";
import { Construct } from "constructs";

/** A setting that an image was built with. */
export interface BuiltWith {
  /** Tag of the image that holds the value. */
  readonly tag: string;
  /** What the message names, such as `ec2.mount.mountPoint`. */
  readonly setting: string;
  /** The setting's present value. */
  readonly value: string;
}

/** Which image, and what it has to have been built with. */
export interface ImageBuiltWithProps {
  /** Image that a new machine boots; known before anything is made. */
  readonly imageId: string;
  readonly expected: readonly BuiltWith[];
}

/** That an image was built with the settings of now: its services would otherwise wait for ever for another folder. */
export class ImageBuiltWith extends Construct {
  /** One for each setting. They hold for an image without the tag, and for one that is gone. */
  readonly preconditions: Precondition[];

  constructor(scope: Construct, id: string, { imageId, expected }: ImageBuiltWithProps) {
    super(scope, id);
    // By way of a list, which may be empty: an image that is gone must keep nobody from destroying a machine.
    const { ids } = new DataAwsAmiIds(this, "there", {
      owners: ["self"],
      filter: [{ name: "image-id", values: [imageId] }],
      includeDeprecated: true,
    });
    const { friendlyUniqueId } = new DataAwsAmi(this, "this", {
      count: TerraformCount.of(Fn.lengthOf(ids)),
      filter: [{ name: "image-id", values: [imageId] }],
      includeDeprecated: true,
    });
    this.preconditions = expected.map(({ tag, setting, value }) => {
      const got = JSON.stringify(value);
      const built = `try(data.aws_ami.${friendlyUniqueId}[0].tags[${JSON.stringify(tag)}], ${got})`;
      return {
        condition: `\${${built} == ${got}}`,
        errorMessage: `${setting}: expected \${${built}}, with which the image ${imageId} was built, got ${value}; build the image again, or set it back.`,
      };
    });
  }
}

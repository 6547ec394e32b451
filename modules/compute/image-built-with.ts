import type { Precondition } from "cdktf";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";
import { imageDetails } from "./image-details";
import type { MachineImage } from "./machine-image";

/** A setting that an image was built with, and its present value. */
export interface BuiltWith extends FromSetting<string> {
  /** Tag of the image that holds the value with which it was built. */
  readonly tag: string;
}

/** An image, and the settings that it must have been built with. */
export interface ImageBuiltWithProps {
  /** Image that a new machine boots; known before anything is made. */
  readonly image: Pick<MachineImage, "imageId">;
  readonly expected: readonly BuiltWith[];
}

/**
 * Checks that an image was built with the current settings. Otherwise its services would wait forever for another mount
 * point.
 */
export class ImageBuiltWith extends Construct {
  /** One for each setting. They also hold if the image lacks the tag, or no longer exists. */
  readonly preconditions: Precondition[];

  constructor(scope: Construct, id: string, { image: { imageId }, expected }: ImageBuiltWithProps) {
    super(scope, id);
    const details = imageDetails(this, imageId, ["self"]);
    this.preconditions = expected.map(({ tag, setting, value }) => {
      const got = JSON.stringify(value);
      const built = `try(${details}[0].tags[${JSON.stringify(tag)}], ${got})`;
      return {
        condition: `\${${built} == ${got}}`,
        errorMessage:
          `${setting}: expected \${${built}}, with which the image ${imageId} was built, got ${value}; ` +
          "build the image again, or set it back.",
      };
    });
  }
}

import type { ImageSettings } from "../../../../packer/images";
import { variable } from "../../../../packer/template/hcl/values";
import type { ImageDescription } from "../../../../packer/template/image-description";

/**
 * The smallest possible image, which CONTRIBUTING links to. It proves that a new image needs only this file and its
 * script.
 */
export function describeImage({ machines }: ImageSettings): ImageDescription {
  return {
    summary: "An image that says hello",
    variables: [
      { name: "greeting", type: "string", description: "What it says.", default: `hello from ${machines.mountPoint}` },
    ],
    neededMiB: 100,
    steps: [{ run: "provision/install-greeting", environment: { GREETING: variable("greeting") } }],
    versions: { Greeting: variable("greeting") },
  };
}

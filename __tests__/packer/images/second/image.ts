import type { ImageSettings } from "../../../../packer/images";
import { variable } from "../../../../packer/template/hcl/values";
import type { ImageDescription } from "../../../../packer/template/image-description";

/** The smallest image that there can be, as CONTRIBUTING shows one: proof that another one takes nothing but this and its script. */
export function describeImage({ ec2 }: ImageSettings): ImageDescription {
  return {
    summary: "An image that says hello",
    variables: [
      { name: "greeting", type: "string", description: "What it says.", default: `hello from ${ec2.mount.mountPoint}` },
    ],
    neededMiB: 100,
    steps: [{ run: "provision/install-greeting", environment: { GREETING: variable("greeting") } }],
    versions: { Greeting: variable("greeting") },
  };
}

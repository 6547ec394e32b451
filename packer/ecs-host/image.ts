import { ssmAgentTag } from "../../stacks/names/images";
import type { ImageDescription } from "../template/image-description";

/** Disk space for everything that is installed, and for temporary files of apt, in MiB. Measured: 0.4 GiB. */
const neededMiB = 1500;

/**
 * The container host's image for the local AWS, which cannot have AWS's own: Docker, and a stand-in for the ECS agent.
 * Its first boot runs the same scripts as AWS's image.
 */
export function describeImage(): ImageDescription {
  return {
    summary: "Docker and a stand-in for the ECS agent, for container hosts of the local AWS, on Debian 13",
    neededMiB,
    // The local AWS does the work of the Systems Manager agent, too, for machines whose image says that it has one.
    versions: { [ssmAgentTag]: "true" },
    steps: [
      { upload: "files" },
      { run: "provision/install-packages" },
      { run: "provision/install-stand-in" },
      { run: "provision/validate" },
    ],
  };
}

import type { ImageFilter } from "../../modules/compute/machine-image";

/**
 * How to find our own images. Packer's templates and the stacks both use this, so a stack boots what `packer build
 * packer/<image>` makes.
 *
 * @param image name of the image and of its folder below `packer/`
 */
export function ownImage(project: string, image: string, architecture: string): ImageFilter {
  return { owner: "self", name: `${project}-${image}-${architecture}-*`, tags: { Project: project, Image: image } };
}

/**
 * Tags of an image that record the settings that its services were built with. A machine's settings must be the same.
 */
export const builtWithTags = { mountPoint: "MountPoint", nreplPort: "NreplPort", jupyterPort: "JupyterPort" } as const;

/** Tag of our images that says `true` if AWS's Systems Manager agent is in the image, and `false` otherwise. */
export const ssmAgentTag = "SsmAgent";

/** Debian's official Debian 13 image. Source: Debian wiki, Cloud/AmazonEC2Image/Trixie (read 2026-11). */
export function debianImage(architecture: string): ImageFilter {
  return { owner: "136693071363", name: `debian-13-${architecture}-*` };
}

/** Login user of Debian's image. */
export const debianLoginUser = "admin";

/** Name of the root device of Debian's image. */
export const debianRootDevice = "/dev/xvda";

/** Size of that device's snapshot in GiB. A volume made from it must be at least as large. */
export const debianRootSizeGiB = 8;

/** Tags of all our images and their snapshots, in addition to Project and Name. Snapshots of data have none of them. */
export const imageTags = ["Image", "SourceImage", "SourceImageName", "Commit", ssmAgentTag];

/**
 * Parameter with the id of AWS's newest image for container hosts. Source: "Retrieving Amazon ECS-optimized Linux AMI
 * metadata", AWS (read 2026-11).
 */
export function ecsOptimizedImage(architecture: "amd64" | "arm64"): string {
  const variant = architecture === "arm64" ? "amazon-linux-2023/arm64" : "amazon-linux-2023";
  return `/aws/service/ecs/optimized-ami/${variant}/recommended/image_id`;
}

import type { ImageFilter } from "../../modules/compute/machine-image";

/**
 * Our own images: what `packer build packer/<image>` makes and what a stack boots are the same, since both ask here.
 *
 * @param image name of the image and of its folder below `packer/`
 */
export function ownImage(project: string, image: string, architecture: string): ImageFilter {
  return { owner: "self", name: `${project}-${image}-${architecture}-*`, tags: { Project: project, Image: image } };
}

/** Tags of an image that say which settings its services were built with: a machine made from it has to agree. */
export const builtWithTags = { mountPoint: "MountPoint", nreplPort: "NreplPort", jupyterPort: "JupyterPort" } as const;

/** Debian 13 as Debian publishes it. Source: Debian wiki, Cloud/AmazonEC2Image/Trixie (read 2026-11). */
export function debianImage(architecture: string): ImageFilter {
  return { owner: "136693071363", name: `debian-13-${architecture}-*` };
}

/** Who may log in to Debian's image. */
export const debianLoginUser = "admin";

/** Name of the root device of Debian's image. */
export const debianRootDevice = "/dev/xvda";

/** Size of that device's snapshot in GiB: a volume made from it is at least as large. */
export const debianRootSizeGiB = 8;

/** Tags that every image of ours and its snapshots carry, beside Project and Name; a snapshot of data has none of them. */
export const imageTags = ["Image", "SourceImage", "SourceImageName", "Commit"];

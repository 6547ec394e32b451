import type { CommonSettings } from "../../settings/common";

type Owner = Pick<CommonSettings, "project" | "environment">;

/**
 * Name tag of the one data volume of a stack: that stack sets it, and another finds the volume by it.
 *
 * @param stack the stack that makes it. @default ebs, whose volume is called `data`
 */
export function dataVolumeName(settings: Owner, stack = "data"): string {
  return `${settings.project}-${settings.environment}-${stack}`;
}

/** Tags that only this data volume has in the account. */
export function dataVolumeTags(settings: Owner, stack?: string): Record<string, string> {
  return { Name: dataVolumeName(settings, stack), Project: settings.project, Environment: settings.environment };
}

/**
 * Name of the numbered data volumes of a stack: value of their tag `Set`, and the beginning of their Name tags.
 *
 * @param stack the stack that makes them
 */
export function dataVolumesName(settings: Owner, stack: string): string {
  return `${settings.project}-${settings.environment}-${stack}`;
}

/** Tags that only these volumes have in the account. The tag `Index` tells one from the other. */
export function dataVolumesTags(settings: Owner, stack: string): Record<string, string> {
  return { Set: dataVolumesName(settings, stack), Project: settings.project, Environment: settings.environment };
}

/** Keys of the tags that such a volume or its snapshot can have, for `ownTags`. */
export const dataVolumesTagKeys = ["Complete", "Set", "Index", "Retiring", "Retired"];

import type { CommonSettings } from "../../settings/common";

type Owner = Pick<CommonSettings, "project" | "environment">;

/** Name tag of the data volume: one stack sets it, and another finds the volume by it. */
export function dataVolumeName(settings: Owner): string {
  return `${settings.project}-${settings.environment}-data`;
}

/** Tags that only the data volume has in the account. */
export function dataVolumeTags(settings: Owner): Record<string, string> {
  return { Name: dataVolumeName(settings), Project: settings.project, Environment: settings.environment };
}

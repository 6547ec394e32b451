import type { CommonSettings } from "../../settings/common";

type Owner = Pick<CommonSettings, "project" | "environment">;

/** Name tag of the data volume: the name under which one stack makes it and another finds it. */
export function dataVolumeName(settings: Owner): string {
  return `${settings.project}-${settings.environment}-data`;
}

/** Tags that tell the data volume from every other volume of the account. */
export function dataVolumeTags(settings: Owner): Record<string, string> {
  return { Name: dataVolumeName(settings), Project: settings.project, Environment: settings.environment };
}

import type { Settings } from "../../settings/schema";

/** Name tag of the data volume: the name under which one stack makes it and another finds it. */
export function dataVolumeName(settings: Pick<Settings, "project" | "environment">): string {
  return `${settings.project}-${settings.environment}-data`;
}

/** Tags that tell the data volume from every other volume of the account. */
export function dataVolumeTags(settings: Pick<Settings, "project" | "environment">): Record<string, string> {
  return { Name: dataVolumeName(settings), Project: settings.project, Environment: settings.environment };
}

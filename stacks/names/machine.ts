import type { CommonSettings } from "../../settings/common";

type Owner = Pick<CommonSettings, "project" | "environment">;

/** Name tag of the development machine, and name of what belongs to it. */
export function machineName({ project, environment }: Owner): string {
  return `${project}-${environment}-machine`;
}

/** Tags that only the development machine has in the account. */
export function machineTags(settings: Owner): Record<string, string> {
  return { Name: machineName(settings), Project: settings.project, Environment: settings.environment };
}

import type { CommonSettings } from "../../settings/common";

/**
 * Name in Secrets Manager of a secret that one stack generates, and that another finds by it.
 *
 * @param stack the stack that generates it
 * @param secret what it is, such as `admin-password`
 */
export function secretName(
  { project, environment }: Pick<CommonSettings, "project" | "environment">,
  stack: string,
  secret: string,
): string {
  return `${project}-${environment}-${stack}-${secret}`;
}

import type { CommonSettings } from "../../settings/common";

type Owner = Pick<CommonSettings, "project" | "environment">;

/** Names of services: part of the names of repositories, roles, queues and log groups. */
export const serviceNamePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Completes "expected …". */
export const serviceNamePhrase = "a name of lower-case letters, digits and single dashes, a letter first";

/** Name of a service's repository in ECR: `ecs-data` makes it, and `ecs` finds it by its name. */
export function repositoryName({ project, environment }: Owner, service: string): string {
  return `${project}-${environment}-${service}`;
}

/** Name of the bucket of `ecs-data`, which no other account of the partition can have. */
export function containerBucketName({ project, environment }: Owner, accountId: string): string {
  return `${project}-${environment}-ecs-${accountId}`;
}

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

/** Name of the cluster of the stack `ecs`. */
export function clusterName({ project, environment }: Owner): string {
  return `${project}-${environment}-ecs`;
}

/** Names of what belongs to one service. */
export interface ServiceNames {
  /** Family of its task definitions; also the name of its role. */
  readonly family: string;
  /** Where CloudWatch has what its containers print. */
  readonly logGroup: string;
}

/** Names of what belongs to one service. */
export function serviceNames({ project, environment }: Owner, service: string): ServiceNames {
  return { family: `${project}-${environment}-${service}`, logGroup: `/${project}-${environment}/${service}` };
}

/** Where the Parameter Store has what was released: `ecs-data` makes the parameters, releases write them. */
export function releasePath({ project, environment }: Owner): string {
  return `/${project}-${environment}/ecs`;
}

/** The parameters of a service's releases. */
export interface ReleaseParameterNames {
  /** Has the image that was released last, as a setting would name it, or {@link noRelease}. */
  readonly image: string;
  /** Says which release is under way, or {@link noRelease}. */
  readonly underWay: string;
}

/** Names of the parameters of a service's releases. */
export function releaseParameterNames(owner: Owner, service: string): ReleaseParameterNames {
  const path = `${releasePath(owner)}/${service}`;
  return { image: `${path}/image`, underWay: `${path}/release` };
}

/** Value of a parameter while there is nothing to say. The Parameter Store has no empty values. */
export const noRelease = "none";

import type { z } from "zod";
import { text } from "./fields/fields";
import type { Report, RightParts } from "./fields/rules";
import { awsSection } from "./sections/aws";
import { imageSection } from "./sections/image";
import { instanceTypesSection } from "./sections/instance-types";
import { servicesSection } from "./sections/services";
import { sshSection } from "./sections/ssh";
import { stateSection } from "./sections/state";

/** Prefix of the names of a deployment's resources, and the value of their Project tag. */
export const projectField = () =>
  text(/^[a-z][a-z0-9-]{1,30}$/, "2 to 31 lower-case letters, digits and dashes")
    .default("workbench")
    .describe(
      "Prefix of resource names, and value of the Project tag. " +
        "Project and environment together identify a deployment. " +
        "Changing it replaces roles and machines. With state in S3, it starts an empty state.",
    );

/**
 * Sections that stacks share. A definition lists the ones that its stack reads. Every stack also reads `aws` and
 * `state`.
 */
export const sharedSections = {
  ssh: sshSection,
  services: servicesSection,
  instanceTypes: instanceTypesSection,
  image: imageSection,
};

/** Sections that every stack reads. */
export const commonSections = { aws: awsSection, state: stateSection };

type Values<Sections extends Readonly<Record<string, z.ZodType>>> = {
  readonly [Name in keyof Sections]: z.infer<Sections[Name]>;
};

/** Values of the sections that stacks share. */
export type SharedSettings = Values<typeof sharedSections>;

/** Settings that every stack reads. */
export interface CommonSettings extends Values<typeof commonSections> {
  readonly project: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Name of the environment, from `WORKBENCH_ENV`; `default` if unset. Part of names, tags and state paths. */
  readonly environment: string;
}

/** Rules across shared sections. A missing value breaks no rule. */
export function sharedRules({ ssh, services }: RightParts<Partial<SharedSettings>>, report: Report): void {
  for (const key of ["nreplPort", "jupyterPort"] as const) {
    const port = services?.[key];
    if (port !== undefined && port === ssh?.port) report(["services", key], port, "a port other than ssh.port");
  }
}

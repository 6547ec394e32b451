import { whereToSet } from "./load/problems";
import type { Settings } from "./schema";

/**
 * The sentence that ends whatever concerns stack `ec2` while nobody may connect; undefined when somebody may. The schema takes
 * an empty list, since the other stacks need none.
 */
export function allowFromMissing({ ssh, environment }: Settings): string | undefined {
  if (ssh.allowFrom.length > 0) return undefined;
  return `ssh.allowFrom: expected at least one CIDR block that may connect to the machine, such as your own address as 203.0.113.7/32, got []; ${whereToSet(environment)}, or set WORKBENCH_SSH_ALLOW_FROM.`;
}

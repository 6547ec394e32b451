import type { ITerraformDependable } from "cdktf";
import type { InVpc } from "./network";

/** A subnet, which this program made or found. */
export interface Subnet extends InVpc {
  readonly id: string;
  readonly availabilityZone: string;
  /** Its routes. They must exist as long as something in the subnet needs them. */
  readonly ready: readonly ITerraformDependable[];
}

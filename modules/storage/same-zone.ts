import { Op, type Precondition } from "cdktf";
import type { Subnet } from "../network/subnet";
import type { FoundVolume } from "./found-data-volume";

/**
 * Condition that a machine is in the zone of its data volume, which can attach nowhere else.
 *
 * @param subnet the machine's
 * @param setting the setting that gives the machine's zone
 */
export function sameZone(volume: FoundVolume, subnet: Subnet, setting: string): Precondition {
  return {
    condition: Op.eq(volume.availabilityZone, subnet.availabilityZone),
    errorMessage:
      `${setting}: expected the machine in the zone of its data volume, ` +
      `got the volume ${volume.id} in ${volume.availabilityZone} ` +
      `and the subnet ${subnet.id} in ${subnet.availabilityZone}; ` +
      `a volume never changes its zone: set ${setting} to ${volume.availabilityZone}, and name no subnet elsewhere.`,
  };
}

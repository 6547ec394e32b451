import type { LocalEndpoint } from "../../../scripts/aws/aws-calls";
import { type ReleaseTarget, releaseTarget } from "../../../scripts/release/target";
import { settingsWith } from "../../stacks/synthesize";

/** Grand Central in a local AWS. */
export function localTarget(local: LocalEndpoint): ReleaseTarget {
  return { ...releaseTarget(settingsWith({}), "grand-central"), local };
}

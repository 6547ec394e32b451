import { DataResource, TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { FoundDataVolumes } from "../../../modules/storage/found-data-volumes";
import type { StackProps } from "../../../stacks/define-stack";
import { dataVolumesTags } from "../../../stacks/names/data-volume";
import { WorkbenchStack } from "../../../stacks/workbench-stack";
import type { ArchiveSettings } from "./settings";

/** What uses the volumes of `archive-data`. */
export class ArchiveStack extends WorkbenchStack<ArchiveSettings> {
  constructor(scope: Construct, props: StackProps<ArchiveSettings>) {
    super(scope, props);
    const { volumes: count } = this.settings.archive;
    const volumes = new FoundDataVolumes(this, "volumes", {
      identifyingTags: dataVolumesTags(this.settings, "archive-data"),
      count: { value: count, setting: "archive.volumes" },
      fix: `run \`${this.deployCommand}\``,
    });
    const used = Array.from({ length: count }, (_, index) => volumes.at(index).id);
    new DataResource(this, "used", { input: { volumes: used } });
    new TerraformOutput(this, "volume_ids", { value: used, description: "The volumes, in order." });
  }
}

import type { TerraformResource } from "cdktf";

/** A resource's address as a plain name, where Terraform accepts no expression: in `replace_triggered_by`, for example. */
export function resourceAddress({ terraformResourceType, friendlyUniqueId }: TerraformResource): string {
  return `${terraformResourceType}.${friendlyUniqueId}`;
}

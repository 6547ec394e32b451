import { DataAwsAmi } from "@cdktf/provider-aws/lib/data-aws-ami";
import { DataAwsAmiIds } from "@cdktf/provider-aws/lib/data-aws-ami-ids";
import { Fn, TerraformCount } from "cdktf";
import type { Construct } from "constructs";

/**
 * Reads an image that may be gone: it must not block the destroy of a machine.
 *
 * @param scope gets the data sources `there` and `this`
 * @param owners whose images are read: account numbers, `self`, `amazon`
 * @returns a Terraform expression of a list: the image, or nothing
 */
export function imageDetails(scope: Construct, imageId: string, owners: string[]): string {
  const filter = [{ name: "image-id", values: [imageId] }];
  // Look up a list, which may be empty.
  const { ids } = new DataAwsAmiIds(scope, "there", { owners, filter, includeDeprecated: true });
  const { friendlyUniqueId } = new DataAwsAmi(scope, "this", {
    count: TerraformCount.of(Fn.lengthOf(ids)),
    filter,
    includeDeprecated: true,
  });
  return `data.aws_ami.${friendlyUniqueId}`;
}

import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { Aspects } from "cdktf";
import type { IConstruct } from "constructs";

/**
 * Gives every role below a construct a permissions boundary, also roles that are made later: a managed policy that
 * limits what the role's own policies can allow.
 */
export function limitRoles(scope: IConstruct, permissionsBoundaryArn: string): void {
  Aspects.of(scope).add({
    visit(node) {
      if (node instanceof IamRole) node.permissionsBoundary = permissionsBoundaryArn;
    },
  });
}

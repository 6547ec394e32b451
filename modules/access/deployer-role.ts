import type { Construct } from "constructs";
import type { GithubOidcProvider } from "./github-oidc-provider";
import { githubTokens } from "./github-workflows";
import { webIdentityPolicy } from "./policy-documents";
import { Role, type RoleProps } from "./role";

/** Which workflows may assume the role, and what the role may do. */
export interface DeployerRoleProps extends Omit<RoleProps, "trustPolicy" | "path"> {
  /** GitHub, as the account knows it. */
  readonly provider: GithubOidcProvider;
  /** Subjects of their tokens, each in full. */
  readonly subjects: readonly string[];
}

/**
 * A role that workflows of GitHub Actions assume with a token of GitHub, so that there is no key to keep. Its IAM path
 * keeps it apart from the roles of the stacks: who may change those cannot change this one.
 */
export class DeployerRole extends Role {
  constructor(scope: Construct, id: string, { provider, subjects, ...props }: DeployerRoleProps) {
    const trustPolicy = webIdentityPolicy({ providerArn: provider.arn, ...githubTokens, subjects });
    super(scope, id, { ...props, path: "/deployer/", trustPolicy });
  }
}

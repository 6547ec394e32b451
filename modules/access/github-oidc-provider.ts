import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider";
import { Construct } from "constructs";
import { githubTokens } from "./github-workflows";

/** Whose provider to use. */
export interface GithubOidcProviderProps {
  /** AWS partition of the account, such as `aws` or `aws-cn`: the second part of every ARN. */
  readonly partition: string;
  /** false: use the one that the account has. An account can have only one for each URL. @default true */
  readonly create?: boolean;
}

/** What an account knows GitHub by: IAM's OpenID Connect provider for the tokens of workflows. */
export class GithubOidcProvider extends Construct {
  /** ARN of the provider, which trust policies name. */
  readonly arn: string;

  constructor(scope: Construct, id: string, { partition, create = true }: GithubOidcProviderProps) {
    super(scope, id);
    const { issuer, audience } = githubTokens;
    if (create) {
      const props = { url: `https://${issuer}`, clientIdList: [audience], tags: { Name: issuer } };
      this.arn = new IamOpenidConnectProvider(this, "this", props).arn;
      return;
    }
    // Do not look it up: its data source fails if there is none, and so would the destroy of the roles.
    const { accountId } = new DataAwsCallerIdentity(this, "caller");
    this.arn = `arn:${partition}:iam::${accountId}:oidc-provider/${issuer}`;
  }
}

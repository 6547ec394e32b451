import { TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { GithubOidcProvider, type GithubOidcProviderProps } from "../../../modules/access/github-oidc-provider";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const made = (props: Partial<GithubOidcProviderProps> = {}) =>
  synthesizeModule((stack) => {
    const { arn } = new GithubOidcProvider(stack, "github", { partition: "aws-cn", ...props });
    new TerraformOutput(stack, "arn", { value: arn });
  });

describe("GithubOidcProvider", () => {
  it("accepts tokens of GitHub that were made for AWS", () => {
    const { resource, output } = made();
    expect(only(resource, "aws_iam_openid_connect_provider")).toMatchObject({
      url: "https://token.actions.githubusercontent.com",
      client_id_list: ["sts.amazonaws.com"],
    });
    expect(output["arn"]?.value).toBe("${aws_iam_openid_connect_provider.github.arn}");
  });

  it("is the account's own if there is one, and then reads nothing that could be missing in a destroy", () => {
    const { resource, data, output } = made({ create: false });
    expect(resource).not.toHaveProperty("aws_iam_openid_connect_provider");
    expect(data).not.toHaveProperty("aws_iam_openid_connect_provider");
    expect(output["arn"]?.value).toBe(
      "arn:aws-cn:iam::${data.aws_caller_identity.github_caller.account_id}:oidc-provider/token.actions.githubusercontent.com",
    );
  });
});

import { describe, expect, it } from "vitest";
import { only, synthesize } from "../synthesize";

/** State is the only record of deployed resources, and holds their attributes in plain text. */
describe("stack state", () => {
  const bucket = "${aws_s3_bucket.state_bucket.id}";

  it("protects the bucket, unless the setting says otherwise", () => {
    const protects = (values = {}) =>
      only(synthesize("state", values).resource, "aws_s3_bucket").lifecycle.prevent_destroy;
    expect(protects()).toBe(true);
    expect(protects({ STATE_PREVENT_DESTROY: "false" })).toBe(false);
  });

  it("lets nobody destroy the bucket while states are in it", () => {
    expect(only(synthesize("state").resource, "aws_s3_bucket")).not.toHaveProperty("force_destroy");
  });

  it("keeps every version of a state", () => {
    expect(only(synthesize("state").resource, "aws_s3_bucket_versioning")).toMatchObject({
      bucket,
      versioning_configuration: { status: "Enabled" },
    });
  });

  it("encrypts states with KMS", () => {
    expect(only(synthesize("state").resource, "aws_s3_bucket_server_side_encryption_configuration")).toMatchObject({
      bucket,
      rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "aws:kms" }, bucket_key_enabled: true }],
    });
  });

  it("refuses every request without TLS", () => {
    const policy = only(synthesize("state").resource, "aws_s3_bucket_policy");
    const arn = "${aws_s3_bucket.state_bucket.arn}";
    expect(policy.bucket).toBe(bucket);
    expect(JSON.parse(policy.policy).Statement).toEqual([
      expect.objectContaining({
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    ]);
  });

  it("is closed to the public in all four ways", () => {
    expect(only(synthesize("state").resource, "aws_s3_bucket_public_access_block")).toMatchObject({
      bucket,
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
  });

  it("makes the bucket that the setting names, or else one named after the account", () => {
    const name = (values = {}) => only(synthesize("state", values).resource, "aws_s3_bucket").bucket;
    expect(name({ STATE_BUCKET: "my-states" })).toBe("my-states");
    expect(name()).toBe("workbench-local-state-${data.aws_caller_identity.caller.account_id}");
  });

  describe("with a deployer", () => {
    const repository = { STATE_DEPLOYER_REPOSITORY: "octocat/data" };
    const withDeployer = (values = {}) => synthesize("state", { ...repository, ...values });
    const policiesOf = (role: string, values = {}) =>
      Object.values(withDeployer(values).resource["aws_iam_role_policy_attachment"] ?? {})
        .filter((attachment) => attachment.role === `\${aws_iam_role.${role}.name}`)
        .map(({ policy_arn }) => policy_arn);
    const subjectsOf = (role: string, values = {}) => {
      const { assume_role_policy } = withDeployer(values).resource["aws_iam_role"]?.[role] ?? {};
      return JSON.parse(assume_role_policy).Statement[0].Condition.StringEquals[
        "token.actions.githubusercontent.com:sub"
      ];
    };

    it("makes nothing of it while no repository is set", () => {
      expect(Object.keys(synthesize("state").resource).filter((type) => type.startsWith("aws_iam_"))).toEqual([]);
      expect(Object.keys(synthesize("state").output)).toEqual(["bucket"]);
    });

    it("lets a pull request plan, and only the main branch deploy", () => {
      const main = "repo:octocat/data:ref:refs/heads/main";
      expect(subjectsOf("deploy_role")).toEqual([main]);
      expect(subjectsOf("plan_role")).toEqual(["repo:octocat/data:pull_request", main]);
    });

    it("lets whoever may deploy release, and those alone", () => {
      expect(subjectsOf("release_role")).toEqual(subjectsOf("deploy_role"));
      const approved = { STATE_DEPLOYER_BRANCHES: "[]", STATE_DEPLOYER_ENVIRONMENTS: "[production]" };
      expect(subjectsOf("release_role", approved)).toEqual(["repo:octocat/data:environment:production"]);
    });

    it("lets applications release from the same branches and environments, but neither plan nor deploy", () => {
      const values = {
        STATE_DEPLOYER_ENVIRONMENTS: "[production]",
        STATE_DEPLOYER_RELEASE_REPOSITORIES: "[octocat/web, octocat/data]",
      };
      const own = ["repo:octocat/data:ref:refs/heads/main", "repo:octocat/data:environment:production"];
      const web = ["repo:octocat/web:ref:refs/heads/main", "repo:octocat/web:environment:production"];
      expect(subjectsOf("release_role", values)).toEqual([...own, ...web]);
      expect(subjectsOf("deploy_role", values)).toEqual(own);
      expect(subjectsOf("plan_role", values)).toEqual(["repo:octocat/data:pull_request", ...own]);
    });

    it("says the role of each", () => {
      expect(Object.keys(withDeployer().output)).toEqual([
        "bucket",
        "deploy_role_arn",
        "plan_role_arn",
        "release_role_arn",
      ]);
    });

    it("lets only approved jobs deploy if the settings name an environment and no branch", () => {
      const values = { STATE_DEPLOYER_BRANCHES: "[]", STATE_DEPLOYER_ENVIRONMENTS: "[production]" };
      expect(subjectsOf("deploy_role", values)).toEqual(["repo:octocat/data:environment:production"]);
    });

    it("gives AWS's policies for each, of the region's partition", () => {
      const china = { AWS_REGION: "cn-north-1", AWS_AVAILABILITY_ZONE: "cn-north-1a" };
      expect(policiesOf("plan_role", china)).toEqual([
        "arn:aws-cn:iam::aws:policy/SecurityAudit",
        "arn:aws-cn:iam::aws:policy/job-function/ViewOnlyAccess",
      ]);
      expect(policiesOf("deploy_role", china)).toEqual(["arn:aws-cn:iam::aws:policy/PowerUserAccess"]);
    });

    it("gives the policies of the settings instead", () => {
      const own = "arn:aws:iam::123456789012:policy/deployers";
      expect(policiesOf("plan_role", { STATE_DEPLOYER_PLAN_POLICY_ARNS: `[${own}]` })).toEqual([own]);
      expect(policiesOf("deploy_role", { STATE_DEPLOYER_DEPLOY_POLICY_ARNS: "[]" })).toEqual([]);
    });

    it("lets the deployer make no role without the boundary of the settings, and has none itself", () => {
      const limit = "arn:aws:iam::123456789012:policy/limit";
      const { resource } = withDeployer({ AWS_PERMISSIONS_BOUNDARY_ARN: limit });
      const roles = Object.values(resource["aws_iam_role"] ?? {});
      expect(roles.map((role) => role.permissions_boundary)).toEqual([undefined, undefined, undefined]);
      const { policy } = resource["aws_iam_role_policy"]?.["deploy_role_statements"] ?? {};
      expect(JSON.parse(policy).Statement[0]).toMatchObject({
        Action: expect.arrayContaining(["iam:CreateRole"]),
        Condition: { StringEquals: { "iam:PermissionsBoundary": limit } },
      });
    });

    it("uses the account's own provider if the setting says so", () => {
      expect(withDeployer().resource).toHaveProperty("aws_iam_openid_connect_provider");
      const { resource } = withDeployer({ STATE_DEPLOYER_CREATE_OIDC_PROVIDER: "false" });
      expect(resource).not.toHaveProperty("aws_iam_openid_connect_provider");
    });
  });
});

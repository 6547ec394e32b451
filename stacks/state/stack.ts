import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { DeployerRole } from "../../modules/access/deployer-role";
import { GithubOidcProvider } from "../../modules/access/github-oidc-provider";
import { pullRequestSubject, workflowSubjects } from "../../modules/access/github-workflows";
import { StateBucket } from "../../modules/storage/state-bucket";
import type { CommonSettings } from "../../settings/common";
import type { StackProps } from "../define-stack";
import { WorkbenchStack } from "../workbench-stack";
import { deployStatements, planStatements } from "./deployer-statements";
import { releaseStatements } from "./release-statements";

/**
 * The bucket that keeps the state of every other stack once `state.bucket` names it. Its own state stays in a local
 * file: it has to exist before the bucket does.
 */
export class StateStack extends WorkbenchStack<CommonSettings> {
  constructor(scope: Construct, props: StackProps<CommonSettings>) {
    const { state } = props.settings;
    // A boundary without rights in IAM would keep the deployer from making any role. Its own statements limit it.
    super(scope, props, { backend: "local", region: state.region ?? undefined, limitsRoles: false });
    const name = state.bucket ?? `${this.prefix}-state-${new DataAwsCallerIdentity(this, "caller").accountId}`;
    const { bucket } = new StateBucket(this, "state_bucket", { name, preventDestroy: state.preventDestroy });
    new TerraformOutput(this, "bucket", {
      value: bucket.bucket,
      description: "Set state.bucket to this to keep state in S3.",
    });
    if (state.deployer.repository !== null) this.addDeployer(state.deployer.repository, bucket.arn);
  }

  /**
   * Three roles. Everybody who opens a pull request can have a plan, and only a reviewed change may be deployed. A
   * release changes the image of a service alone, and mostly comes from another repository.
   */
  private addDeployer(repository: string, bucketArn: string): void {
    const { project, state, aws } = this.settings;
    const { deployer } = state;
    const provider = new GithubOidcProvider(this, "github", {
      partition: this.partition,
      create: deployer.createOidcProvider,
    });
    const scope = { partition: this.partition, project, bucketArn };
    const deploys = workflowSubjects({ ...deployer, repository });
    const plan = new DeployerRole(this, "plan_role", {
      name: `${this.prefix}-plan`,
      description: "Plans every stack in workflows of GitHub Actions, and changes nothing",
      provider,
      subjects: [pullRequestSubject({ repository }), ...deploys],
      managedPolicyArns:
        deployer.planPolicyArns ?? ["SecurityAudit", "job-function/ViewOnlyAccess"].map((name) => this.awsPolicy(name)),
      statements: planStatements(scope),
    });
    const deploy = new DeployerRole(this, "deploy_role", {
      name: `${this.prefix}-deploy`,
      description: "Deploys every stack but state in workflows of GitHub Actions",
      provider,
      subjects: deploys,
      managedPolicyArns: deployer.deployPolicyArns ?? [this.awsPolicy("PowerUserAccess")],
      statements: deployStatements(scope, aws.permissionsBoundaryArn ?? undefined),
    });
    const releasers = new Set([repository, ...deployer.releaseRepositories]);
    const release = new DeployerRole(this, "release_role", {
      name: `${this.prefix}-release`,
      description: "Releases services of the ecs stacks in workflows of GitHub Actions, and does nothing else",
      provider,
      subjects: [...releasers].flatMap((each) => workflowSubjects({ ...deployer, repository: each })),
      statements: releaseStatements(scope),
    });
    new TerraformOutput(this, "plan_role_arn", {
      value: plan.arn,
      description: "Role for workflows that plan, also for a pull request.",
    });
    new TerraformOutput(this, "deploy_role_arn", {
      value: deploy.arn,
      description: "Role for workflows that deploy or build images.",
    });
    new TerraformOutput(this, "release_role_arn", {
      value: release.arn,
      description: "Role for workflows that release services.",
    });
  }

  /** ARN of a policy that AWS manages. */
  private awsPolicy(name: string): string {
    return `arn:${this.partition}:iam::aws:policy/${name}`;
  }
}

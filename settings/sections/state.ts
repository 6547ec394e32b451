import { policyArn, regionInPartition, s3BucketName } from "../fields/aws-names";
import { flag, listOf, section, text } from "../fields/fields";
import { rule } from "../fields/rules";

const account = "[A-Za-z0-9-]+";
const name = "[\\w.-]+";

const githubRepository = () =>
  text(
    new RegExp(`^${account}/${name}$|^${account}@\\d+/${name}@\\d+$`),
    "a GitHub repository such as octocat/data, or octocat@1234/data@5678",
  );

/** The roles with which workflows of GitHub Actions plan, deploy and release. */
const deployer = section({
  repository: githubRepository()
    .nullable()
    .default(null)
    .describe(
      "GitHub repository whose workflows may plan, deploy and release, exactly as their tokens name it: octocat/data, " +
        "or octocat@1234/data@5678 if it has immutable subjects (stacks/state/README.md); null: no such roles.",
    ),
  branches: listOf(text(/^[\w./+#@=-]+$/, "the name of a branch"), "branches")
    .default(["main"])
    .describe("Branches whose workflows may deploy."),
  environments: listOf(text(/^[\w. -]+$/, "the name of an environment"), "GitHub environments")
    .default([])
    .describe("GitHub environments whose jobs may deploy. They can wait for an approval."),
  releaseRepositories: listOf(githubRepository(), "GitHub repositories")
    .default([])
    .describe(
      "Further repositories whose workflows may release services, from the same branches and environments: " +
        "those of the applications. They may neither plan nor deploy.",
    ),
  createOidcProvider: flag()
    .default(true)
    .describe(
      "Make IAM's OpenID Connect provider for GitHub. false: use the account's own, since it can have only one.",
    ),
  planPolicyArns: listOf(policyArn(), "policy ARNs")
    .nullable()
    .default(null)
    .describe("Managed policies of the role that plans; null: AWS's SecurityAudit and ViewOnlyAccess."),
  deployPolicyArns: listOf(policyArn(), "policy ARNs")
    .nullable()
    .default(null)
    .describe("Managed policies of the role that deploys; null: AWS's PowerUserAccess."),
}).check(
  rule(({ repository, branches, environments, releaseRepositories = [] }, context) => {
    if (repository === null && releaseRepositories.length > 0) {
      const message = "none while state.deployer.repository is null, since then there is no role that releases";
      context.addIssue({ code: "custom", path: ["releaseRepositories"], input: releaseRepositories, message });
    }
    if (repository && branches?.length === 0 && environments?.length === 0) {
      const message = "at least one branch, or a name in state.deployer.environments";
      context.addIssue({ code: "custom", path: ["branches"], input: branches, message });
    }
  }),
);

/** Where Terraform keeps its state. */
export const stateSection = section({
  directory: text(
    /^(?![/~])(\.\.\/)*((?!\/\.\.(\/|$)|[$%]\{)\P{C})+$/u,
    "a folder relative to the project, such as state",
  )
    .default("state")
    .describe("Folder of the state files, relative to the project; used if state.bucket is null."),
  bucket: s3BucketName()
    .nullable()
    .default(null)
    .describe("S3 bucket for the state files, made by stack `state`; null: local files."),
  region: regionInPartition()
    .nullable()
    .default(null)
    .describe("Region of state.bucket; null: aws.region. Changing it replaces the bucket that stack `state` made."),
  preventDestroy: flag().default(true).describe("Refuse every plan that destroys or replaces the state bucket."),
  deployer,
}).describe("Where Terraform keeps its state.");

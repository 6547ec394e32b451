import { DataAwsEcrImage } from "@cdktf/provider-aws/lib/data-aws-ecr-image";
import { DataAwsEcrRepositories } from "@cdktf/provider-aws/lib/data-aws-ecr-repositories";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import type { Precondition } from "cdktf";
import { Construct } from "constructs";
import type { Grantee } from "../access/role";
import type { FromSetting } from "../from-setting";

/** Which repository to find. */
export interface FoundRepositoryProps {
  /** Name in ECR. */
  readonly name: string;
  /** AWS partition of the account, such as `aws` or `aws-cn`: the second part of every ARN. */
  readonly partition: string;
  /** Region of the repository. */
  readonly region: string;
  /** Account of the repository, which is the one that is deployed to. */
  readonly accountId: string;
  /** What to do if there is none; ends the message. */
  readonly fix: string;
}

/** An image in a repository. */
export interface RepositoryImage {
  /** What a task definition names: `<repository>@sha256:…`. */
  readonly uri: string;
  /** Conditions to check before something runs it. */
  readonly preconditions: readonly Precondition[];
}

/**
 * The repository that another stack made, found by its name. If there is none, a plan fails with one sentence. A destroy
 * does not fail: Terraform then only warns about conditions, and address and ARN need no look-up.
 */
export class FoundRepository extends Construct {
  /** ARN of the repository. */
  readonly arn: string;
  /** Where Docker pushes to and pulls from: `<registry>/<name>`. */
  readonly uri: string;
  /** Terraform expression: whether there is one. */
  readonly isThere: string;
  private readonly found: DataAwsEcrRepositories;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: FoundRepositoryProps,
  ) {
    super(scope, id);
    const { name, partition, region, accountId, fix } = props;
    // Look up all of them: the data source of one fails if there is none.
    this.found = new DataAwsEcrRepositories(this, "this", {
      lifecycle: {
        postcondition: [
          {
            condition: `\${${isAmong("self.names", name)}}`,
            errorMessage: `repository: expected one named ${name}, got none; ${fix}.`,
          },
        ],
      },
    });
    this.isThere = isAmong(`${this.found.fqn}.names`, name);
    const { dnsSuffix } = new DataAwsPartition(this, "partition");
    this.arn = `arn:${partition}:ecr:${region}:${accountId}:repository/${name}`;
    this.uri = `${accountId}.dkr.ecr.${region}.${dnsSuffix}/${name}`;
  }

  /**
   * The image with this digest. A plan fails if the repository lacks it, or if it has no tag and would expire.
   *
   * AWS provider 5.100 has no list of images, so it reads the one image. If it is missing, the provider says "couldn't find
   * resource", and Terraform adds the address. So that names the setting, the image, and how it would get there. A destroy
   * fails, too, if somebody deleted the image but not the repository: it needs another digest, or none.
   */
  image({ value: digest, setting }: FromSetting<string>): RepositoryImage {
    const { name } = this.props;
    const image = new DataAwsEcrImage(this, `image_of_${setting.replaceAll(/\W/g, "_")}`, {
      repositoryName: name,
      imageDigest: digest,
    });
    const key = `${setting}: ${digest}, pushed with \`docker push <registry>/${name}:<tag>\``;
    image.addOverride("for_each", `\${toset([for key in [${JSON.stringify(key)}] : key if ${this.isThere}])}`);
    return {
      uri: `${this.uri}@${digest}`,
      preconditions: [
        {
          condition: `\${alltrue([for image in data.aws_ecr_image.${image.friendlyUniqueId} : length(image.image_tags) > 0])}`,
          errorMessage:
            `${setting}: expected the digest of an image with a tag, since images without one expire, got ${digest}; ` +
            `push it to ${name} with a tag.`,
        },
      ],
    };
  }

  /** Lets a role pull images of this repository, and of no other. The token alone opens nothing. */
  grantPull(grantee: Grantee): void {
    grantee.allow(`pull_${this.found.friendlyUniqueId}`, [
      {
        actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        resources: [this.arn],
      },
      { actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
    ]);
  }
}

/** Whether a list of names has a name. The provider's is null in an account without any repository. */
function isAmong(names: string, name: string): string {
  return `try(contains(${names}, ${JSON.stringify(name)}), false)`;
}

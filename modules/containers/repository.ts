import { EcrLifecyclePolicy } from "@cdktf/provider-aws/lib/ecr-lifecycle-policy";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import { Construct } from "constructs";
import { lifecyclePolicy } from "./lifecycle-policy";

/** Properties of a repository of container images. */
export interface RepositoryProps {
  /** Name in ECR, by which another stack finds it. Changing this replaces the repository, and so loses its images. */
  readonly name: string;
  /** What its images are, for people who read a plan. */
  readonly holds: string;
  /**
   * Customer managed KMS key. Changing this replaces the repository, and so loses its images. @default AES-256 with a key
   * of S3's
   */
  readonly kmsKeyArn?: string;
  /** How many of the newest untagged images stay. Tagged ones never expire. @default 10 */
  readonly keepUntagged?: number;
  /**
   * Refuse every plan that destroys or replaces the repository. A stack that has such a repository says so in its `keeps`.
   *
   * @default true
   */
  readonly preventDestroy?: boolean;
  /**
   * Delete the images with the repository. A destroy uses the value of the last deploy. @default false: a repository with
   * images cannot be destroyed
   */
  readonly deleteImages?: boolean;
}

/** An ECR repository: a tag means one image for ever, every pushed image is scanned, and only untagged images expire. */
export class Repository extends Construct {
  /** Name in ECR. */
  readonly name: string;
  /** ARN of the repository. */
  readonly arn: string;
  /** Where Docker pushes to and pulls from: `<registry>/<name>`. */
  readonly uri: string;

  constructor(scope: Construct, id: string, props: RepositoryProps) {
    super(scope, id);
    const { name, holds, kmsKeyArn, keepUntagged = 10, preventDestroy = true } = props;
    const repository = new EcrRepository(this, "this", {
      name,
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: [
        kmsKeyArn === undefined ? { encryptionType: "AES256" } : { encryptionType: "KMS", kmsKey: kmsKeyArn },
      ],
      forceDelete: props.deleteImages ?? false,
      tags: { Name: name, Holds: holds },
      lifecycle: { preventDestroy },
    });
    new EcrLifecyclePolicy(this, "lifecycle", { repository: repository.name, policy: lifecyclePolicy(keepUntagged) });
    this.name = repository.name;
    this.arn = repository.arn;
    this.uri = repository.repositoryUrl;
  }
}

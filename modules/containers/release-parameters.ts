import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Construct } from "constructs";

/** Properties of the parameters of a service's releases. */
export interface ReleaseParametersProps {
  /** Name of the service, for people who read a plan. */
  readonly service: string;
  /** Path of the parameter with the image that was released last. Changing this loses what it says. */
  readonly image: string;
  /** Path of the parameter with the release that is under way. */
  readonly underWay: string;
  /** Their first value, which says that there is nothing. */
  readonly initial: string;
  /**
   * Refuse every plan that destroys or replaces the first one. A stack that has it says so in its `keeps`. @default true
   */
  readonly preventDestroy?: boolean;
}

/**
 * What releases of a service tell Terraform, and each other: two values in Systems Manager's Parameter Store. Terraform
 * makes them, and never changes them again.
 */
export class ReleaseParameters extends Construct {
  constructor(scope: Construct, id: string, props: ReleaseParametersProps) {
    super(scope, id);
    const { service, initial } = props;
    new SsmParameter(this, "image", {
      name: props.image,
      description: `Image of ${service} that was released last; ${initial}: no release yet`,
      type: "String",
      insecureValue: initial,
      tags: { Name: props.image, Holds: `which image of ${service} was released` },
      lifecycle: { ignoreChanges: ["insecure_value"], preventDestroy: props.preventDestroy ?? true },
    });
    new SsmParameter(this, "under_way", {
      name: props.underWay,
      description: `Release of ${service} that is under way; ${initial}: none is`,
      type: "String",
      insecureValue: initial,
      tags: { Name: props.underWay },
      lifecycle: { ignoreChanges: ["insecure_value"] },
    });
  }
}

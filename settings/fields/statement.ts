import { resourceArn } from "./aws-names";
import { listOf, section, text } from "./fields";

/** An IAM statement that allows actions on resources. */
export const statement = section({
  actions: listOf(text(/^(\*|[a-zA-Z0-9-]+:[\w*?]+)$/, "an IAM action such as s3:GetObject"), "IAM actions").min(1, {
    error: "at least one IAM action",
  }),
  resources: listOf(resourceArn(), "ARNs").min(1, { error: "at least one ARN" }),
});

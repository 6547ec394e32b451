import type { Postcondition } from "cdktf";

/**
 * Condition of an instance, after it was read: nobody is terminating it. Until it is terminated, AWS refuses to change it,
 * and a deploy without changes would end well and leave no machine. Once it is terminated, Terraform makes another one.
 */
export const notShuttingDown: Postcondition = {
  condition: '${self.instance_state != "shutting-down"}',
  errorMessage:
    "machine: expected one that nobody terminates, got ${self.id}, which is shutting down; " +
    "wait until `aws ec2 wait instance-terminated --instance-ids ${self.id}` ends, and deploy again.",
};

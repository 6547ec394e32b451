import { expect, it } from "vitest";
import { notShuttingDown } from "../../../modules/compute/not-shutting-down";

it("judges the machine as it was read, and says which one and for what to wait", () => {
  expect(notShuttingDown).toEqual({
    condition: '${self.instance_state != "shutting-down"}',
    errorMessage:
      "machine: expected one that nobody terminates, got ${self.id}, which is shutting down; " +
      "wait until `aws ec2 wait instance-terminated --instance-ids ${self.id}` ends, and deploy again.",
  });
});

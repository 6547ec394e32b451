import { expect, test } from "vitest";
import { parseEvent } from "../../../scripts/terraform/events";
import { Failure } from "../../../scripts/terraform/failure";
import { recorded } from "./recorded";

function sentenceOf(lines: readonly string[]): string {
  const failure = new Failure();
  for (const line of lines) failure.follow(line, parseEvent(line));
  return failure.sentence();
}

test("fails with the resource, the problem, and the script's message, on one line", () => {
  const sentence = sentenceOf(recorded("apply-failed"));
  expect(sentence).toMatch(/^terraform_data\.mount: local-exec provisioner error: /);
  expect(sentence).toContain("exit status 12");
  expect(sentence).toContain("mount-data-volume: no device");
  expect(sentence).not.toContain("\n");
});

test("fails with the script's last line if Terraform's error leaves it out, as for remote-exec", () => {
  const lines = recorded("apply-failed").map((line) =>
    line.replace(/"detail":"[^"]*(\\"[^"]*)*"/, '"detail":"exit status 12"'),
  );
  expect(sentenceOf(lines)).toBe(
    "terraform_data.mount: local-exec provisioner error: exit status 12: mount-data-volume: no device",
  );
});

test("fails with one line where Terraform's own message has several", () => {
  const sentence = sentenceOf(recorded("init-no-registry"));
  expect(sentence).toContain("could not connect to registry.terraform.io");
  expect(sentence).not.toContain("\n");
});

test("fails with the first error and the number of further errors", () => {
  expect(sentenceOf(recorded("apply-interrupted"))).toBe(
    "aws_ebs_volume.data: waiting for EBS Volume (vol-c0da04ad4a3cd6b50) create: context canceled (and 2 more errors)",
  );
});

test("fails with the place in the configuration if the error names no resource", () => {
  const line = JSON.stringify({
    type: "diagnostic",
    diagnostic: {
      severity: "error",
      summary: "Invalid precondition expression",
      detail: "It must refer to an object.\n\nSecond paragraph.",
      snippet: { context: "resource.aws_key_pair.ssh.lifecycle" },
    },
  });
  expect(sentenceOf([line])).toBe(
    "resource.aws_key_pair.ssh.lifecycle: Invalid precondition expression: It must refer to an object",
  );
  expect(sentenceOf([line, line])).toContain("It must refer to an object (and 1 more error)");
});

test("fails with plain text if Terraform reports no error event, and leaves out warnings", () => {
  const warning = JSON.stringify({
    type: "diagnostic",
    diagnostic: { severity: "warning", summary: "old", detail: "" },
  });
  expect(sentenceOf([warning, "panic: no space left on device", ""])).toBe("panic: no space left on device");
  expect(sentenceOf([warning])).toBe("Terraform gave no reason");
});

import { TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { Role } from "../../../modules/access/role";
import { Queue } from "../../../modules/messaging/queue";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const made = (name = "test-jobs") =>
  synthesizeModule((stack) => {
    const queue = new Queue(stack, "jobs", { name, holds: "jobs" });
    const role = new Role(stack, "role", { name: "role", description: "A worker's", trustPolicy: "{}" });
    queue.grantConsume(role);
    new TerraformOutput(stack, "dead", { value: queue.deadLetters.name, description: "Dead letters." });
  });
const { resource, output } = made();
const queues = resource["aws_sqs_queue"] ?? {};

describe("Queue", () => {
  it("is encrypted, as is its dead-letter queue", () => {
    expect(Object.values(queues).map(({ name, sqs_managed_sse_enabled }) => [name, sqs_managed_sse_enabled])).toEqual([
      ["test-jobs", true],
      ["test-jobs-dead-letters", true],
    ]);
  });

  it("hides a message that was received for 30 seconds", () => {
    expect(queues["jobs"].visibility_timeout_seconds).toBe(30);
  });

  it("keeps dead letters as long as SQS can, so longer than messages", () => {
    expect(queues["jobs_dead_letters"].message_retention_seconds).toBe(14 * 86_400);
    expect(queues["jobs"].message_retention_seconds).toBe(4 * 86_400);
  });

  it("makes what was received too often a dead letter", () => {
    const { queue_url, redrive_policy } = only(resource, "aws_sqs_queue_redrive_policy");
    expect(queue_url).toBe("${aws_sqs_queue.jobs.url}");
    expect(JSON.parse(redrive_policy)).toEqual({
      deadLetterTargetArn: "${aws_sqs_queue.jobs_dead_letters.arn}",
      maxReceiveCount: 5,
    });
  });

  it("takes dead letters of this queue alone", () => {
    const { queue_url, redrive_allow_policy } = only(resource, "aws_sqs_queue_redrive_allow_policy");
    expect(queue_url).toBe("${aws_sqs_queue.jobs_dead_letters.url}");
    expect(JSON.parse(redrive_allow_policy)).toEqual({
      redrivePermission: "byQueue",
      sourceQueueArns: ["${aws_sqs_queue.jobs.arn}"],
    });
  });

  it("makes both queues at once", () => {
    expect(JSON.stringify(queues)).not.toContain("${aws_sqs_queue");
  });

  it("refuses every request without TLS to either queue", () => {
    const denied = Object.values(resource["aws_sqs_queue_policy"] ?? {}).map(({ policy }) => {
      const [{ Effect, Action, Resource, Condition }] = JSON.parse(policy).Statement;
      return { Effect, Action, Resource, Condition };
    });
    const Condition = { Bool: { "aws:SecureTransport": "false" } };
    expect(denied).toEqual([
      { Effect: "Deny", Action: "sqs:*", Resource: "${aws_sqs_queue.jobs_dead_letters.arn}", Condition },
      { Effect: "Deny", Action: "sqs:*", Resource: "${aws_sqs_queue.jobs.arn}", Condition },
    ]);
  });

  it("lets a role receive, and nothing else", () => {
    const { name, policy } = only(resource, "aws_iam_role_policy");
    expect(name).toBe("consume_jobs");
    expect(JSON.parse(policy).Statement).toEqual([
      {
        Effect: "Allow",
        Action: [
          ...["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
          ...["sqs:GetQueueUrl", "sqs:GetQueueAttributes"],
        ],
        Resource: ["${aws_sqs_queue.jobs.arn}"],
      },
    ]);
  });

  it("hands over its dead-letter queue, for an alarm", () => {
    expect(output["dead"]?.value).toBe("${aws_sqs_queue.jobs_dead_letters.name}");
  });

  it("fails for a name that SQS does not take", () => {
    expect(() => made("test.jobs")).toThrow(
      'test/jobs: expected a queue name of 1 to 67 letters, digits, dashes and underscores, got "test.jobs"',
    );
  });
});

import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy";
import { SqsQueueRedriveAllowPolicy } from "@cdktf/provider-aws/lib/sqs-queue-redrive-allow-policy";
import { SqsQueueRedrivePolicy } from "@cdktf/provider-aws/lib/sqs-queue-redrive-policy";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { tlsOnlyQueuePolicy } from "../access/policy-documents";
import type { Grantee } from "../access/role";
import { queueNameProblems, queueNames } from "./queue-plan";

const secondsOfDay = 24 * 60 * 60;

/** How long a message that somebody received is hidden from others. */
const HIDDEN_SEC = 30;

/** How often a message is received before it is a dead letter. */
const RECEIVES = 5;

/** How long a message waits for somebody. */
const WAITS_DAYS = 4;

/** SQS keeps no message longer. */
const LONGEST_DAYS = 14;

/** Properties of a queue. */
export interface QueueProps {
  /** Name in SQS, at most `longestQueueName` characters. Changing this replaces the queue, and so loses its messages. */
  readonly name: string;
  /** What its messages are, for people who read a plan. */
  readonly holds: string;
}

/** A queue by name, for metrics. */
export interface NamedQueue {
  readonly name: string;
}

/**
 * An SQS queue, encrypted and TLS only. A message waits there for 4 days. One that was received 5 times is a dead letter:
 * it goes to a queue of its own, and stays there for 14 days. A destroy deletes the messages of both.
 */
export class Queue extends Construct {
  /** Name in SQS. */
  readonly name: string;
  /** ARN of the queue. */
  readonly arn: string;
  /** Where programs send to and receive from. */
  readonly url: string;
  /** Where messages go that nobody could handle. */
  readonly deadLetters: NamedQueue;
  /** Policies of both queues. Whatever uses the queue must depend on them. */
  readonly ready: readonly ITerraformDependable[];
  private readonly queue: SqsQueue;

  /** @throws Error for a name that SQS does not take: a bug, since the stack's rules report a setting that gives one */
  constructor(scope: Construct, id: string, { name, holds }: QueueProps) {
    super(scope, id);
    const [problem] = queueNameProblems({ value: name, setting: this.node.path });
    if (problem) throw new Error(`${problem.setting}: expected ${problem.expected}, got "${name}"`);
    const names = queueNames(name);
    this.queue = new SqsQueue(this, "this", {
      name: names.queue,
      visibilityTimeoutSeconds: HIDDEN_SEC,
      messageRetentionSeconds: WAITS_DAYS * secondsOfDay,
      sqsManagedSseEnabled: true,
      tags: { Name: names.queue, Holds: holds },
    });
    const deadLetters = new SqsQueue(this, "dead_letters", {
      name: names.deadLetters,
      messageRetentionSeconds: LONGEST_DAYS * secondsOfDay,
      sqsManagedSseEnabled: true,
      tags: { Name: names.deadLetters, Holds: `${holds}, which nobody could handle` },
    });
    // Not arguments of the queues: AWS needs half a minute for each, and so Terraform makes both at once.
    const redrive = new SqsQueueRedrivePolicy(this, "redrive", {
      queueUrl: this.queue.url,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: RECEIVES }),
    });
    const allowRedrive = new SqsQueueRedriveAllowPolicy(this, "dead_letters_redrive_allow", {
      queueUrl: deadLetters.url,
      redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [this.queue.arn] }),
    });
    const tlsOnly = Object.entries({ tls_only: this.queue, dead_letters_tls_only: deadLetters }).map(
      ([policyId, { url, arn }]) =>
        new SqsQueuePolicy(this, policyId, { queueUrl: url, policy: tlsOnlyQueuePolicy(arn) }),
    );
    this.name = this.queue.name;
    this.arn = this.queue.arn;
    this.url = this.queue.url;
    this.deadLetters = { name: deadLetters.name };
    this.ready = [redrive, allowRedrive, ...tlsOnly];
  }

  /** Lets a role receive messages of this queue, and delete what it has handled. */
  grantConsume(grantee: Grantee): void {
    const actions = ["ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"];
    // Programs look up the queue by its name, and how long it hides a message.
    const lookups = ["GetQueueUrl", "GetQueueAttributes"];
    grantee.allow(`consume_${this.queue.friendlyUniqueId}`, [
      { actions: [...actions, ...lookups].map((action) => `sqs:${action}`), resources: [this.arn] },
    ]);
  }
}

import { until } from "../until";
import type { Workbench } from "../workbench";

/** A queue that gets what a topic says, as another subscriber beside people's mail. */
export class Mailbox {
  private readonly messages: string[] = [];

  private constructor(
    private readonly user: Workbench,
    private readonly url: string,
  ) {}

  /** Makes the queue, lets the topic send to it, and subscribes it. */
  static async of(user: Workbench, topicArn: string): Promise<Mailbox> {
    const { QueueUrl: url } = await user.aws("sqs", "create-queue", "--queue-name", "mailbox");
    const named = ["--queue-url", url, "--attribute-names", "QueueArn"];
    const { Attributes: attributes } = await user.aws("sqs", "get-queue-attributes", ...named);
    const arn = attributes.QueueArn;
    const statement = {
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: arn,
      Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await user.aws("sqs", "set-queue-attributes", "--queue-url", url, "--attributes", JSON.stringify({ Policy }));
    const subscription = ["--topic-arn", topicArn, "--protocol", "sqs", "--notification-endpoint", arn];
    await user.aws("sns", "subscribe", ...subscription, "--attributes", "RawMessageDelivery=true");
    return new Mailbox(user, url);
  }

  /** Waits for the first message with some words in it; returns all of it. */
  next(words: string): Promise<string> {
    return until(
      `a message with "${words}"`,
      async () => {
        await this.fetch();
        return this.messages.find((message) => message.includes(words));
      },
      () => this.messages.join("\n"),
    );
  }

  private async fetch(): Promise<void> {
    const received = await this.user.aws("sqs", "receive-message", "--queue-url", this.url);
    for (const { Body: body, ReceiptHandle: handle } of received.Messages ?? []) {
      this.messages.push(body);
      await this.user.aws("sqs", "delete-message", "--queue-url", this.url, "--receipt-handle", handle);
    }
  }
}

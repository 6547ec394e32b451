/** A metric, and from which value on something is wrong. */
export interface MetricAlarm {
  /** What is wrong then, and what to do: the sentence that people get. */
  readonly description: string;
  /** Namespace of the metric in CloudWatch, such as `AWS/SQS`. */
  readonly namespace: string;
  readonly metricName: string;
  /** Which of the namespace's metrics of this name. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** The largest value within this many seconds counts. */
  readonly periodSec: number;
  /** Values for which something is wrong, compared with {@link threshold}. */
  readonly comparison: ">" | ">=";
  readonly threshold: number;
  /**
   * What a period without values means. `missing`: the alarm says "insufficient data", and nobody gets a message.
   * `notBreaching`: all is well. `breaching`: something is wrong.
   */
  readonly missingData: "missing" | "notBreaching" | "breaching";
}

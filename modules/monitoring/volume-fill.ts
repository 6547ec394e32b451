import type { MetricAlarm } from "./metric-alarm";

/** The metric that a host sends every minute: how full its data volume is, in percent. */
export const volumeFillMetric = { namespace: "Workbench", name: "VolumeUsedPercent" } as const;

/** Which volume to watch. */
export interface VolumeFillProps {
  /** What the host sends with the metric, such as `{ Cluster: "workbench-local-ecs" }`. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** From this fill level on it is too full, in percent. */
  readonly thresholdPercent: number;
  /** How to make room; ends the sentence. */
  readonly fix: string;
}

/**
 * Alarm on a data volume that is nearly full.
 *
 * Without values it is silent. A host that was destroyed sends none, nor does one that boots, and neither is a full
 * volume. A host that is lost stops its tasks, and events of those say so.
 */
export function volumeFillAlarm({ dimensions, thresholdPercent, fix }: VolumeFillProps): MetricAlarm {
  const of = Object.values(dimensions).join(", ");
  return {
    description: `The data volume of ${of} is ${thresholdPercent} % full or more; ${fix}.`,
    namespace: volumeFillMetric.namespace,
    metricName: volumeFillMetric.name,
    dimensions,
    periodSec: 300,
    comparison: ">=",
    threshold: thresholdPercent,
    missingData: "missing",
  };
}

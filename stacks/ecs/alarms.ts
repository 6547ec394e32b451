import type { Construct } from "constructs";
import type { ContainerHost } from "../../modules/containers/container-host";
import { AlarmTopic } from "../../modules/monitoring/alarm-topic";
import { deadLettersAlarm } from "../../modules/monitoring/dead-letters";
import { taskFailureNotice } from "../../modules/monitoring/task-failures";
import { volumeFillAlarm } from "../../modules/monitoring/volume-fill";
import type { ServiceQueue } from "./described-service";
import type { EcsSettings } from "./settings";

/** What to watch, and whom to tell. */
export interface AlarmsProps {
  readonly name: string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly host: ContainerHost;
  readonly alarms: EcsSettings["ecs"]["alarms"];
  readonly queues: readonly ServiceQueue[];
}

/** Adds the topic of the alarms, and all that is told there: a volume that fills up, tasks that fail, dead letters. */
export function addAlarms(scope: Construct, { host, alarms, queues, ...place }: AlarmsProps): AlarmTopic {
  const topic = new AlarmTopic(scope, "alarms", { ...place, emailAddresses: alarms.emails });
  topic.alarmOnMetric(
    "volume_fill",
    volumeFillAlarm({
      dimensions: host.metricDimensions,
      thresholdPercent: alarms.volumeUsedPercent,
      fix: "compact CouchDB's databases, or set a larger ecs-data.volumeSizeGiB and deploy",
    }),
  );
  topic.notifyOn("task_failure", taskFailureNotice({ cluster: host.cluster }));
  for (const { id, queue } of queues) {
    topic.alarmOnMetric(`dead_letters_${id}`, deadLettersAlarm({ queue: queue.deadLetters }));
  }
  return topic;
}

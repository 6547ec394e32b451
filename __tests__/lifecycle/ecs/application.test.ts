/**
 * @module-tag ecs
 * @memory 1600 MiB
 * @minutes 5
 */
import { afterAll, beforeAll, expect } from "vitest";
import { describeWithMachines } from "../machines";
import { unwrapped } from "../said";
import { story } from "../steps";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { application, deployApplication } from "./deploy-application";
import type { EcsUser } from "./ecs-user";
import { Mailbox } from "./mailbox";

/** Grand Central and a third service, beside CouchDB. All three are stand-ins, which their pages name. */
describeWithMachines("an application (a stand-in) beside CouchDB (a stand-in)", () => {
  let ecs: EcsUser;
  let user: Workbench;
  let mailbox: Mailbox;
  const step = story();

  beforeAll(async () => {
    ({ ecs } = await deployApplication());
    user = ecs.workbench;
    mailbox = await Mailbox.of(user, (await user.outputs("ecs"))["alarm_topic_arn"] ?? "");
  });
  afterAll(() => ecs?.end());

  /** What Grand Central answers on its port of the host. */
  const ask = (target: string) => ecs.onHost(`curl --silent --fail http://127.0.0.1:3000${target}`);
  const send = (text: string) => user.aws("sqs", "send-message", "--queue-url", queueUrl(), "--message-body", text);
  let queueUrl = (): string => "";

  step("writes a message of its queue as a document of CouchDB", async () => {
    const urls = (await user.outputs("ecs"))["queue_urls"] as unknown as Record<string, string>;
    queueUrl = () => urls["grand-central_work"] ?? "";
    const { MessageId: id } = await send('{ "title": "On the loss of hosts" }');
    const document = await until("the document", async () => {
      const { status, body } = await ecs.couchdb("GET", `/messages/${id}`);
      return status === 200 && body;
    });
    expect(document).toMatchObject({ body: { title: "On the loss of hosts" }, version: "1" });
  });

  step("has a third service beside it, by settings alone", async () => {
    const health = `docker exec ${container("reports")} curl --silent --fail http://127.0.0.1:3001/health`;
    expect(await ecs.onHost(health)).toBe("grand-central 1");
  });

  step("has no access keys, and gets those of its role from its task's own address", async () => {
    const environment = await ecs.onHost(`docker exec ${container("grand-central")} env`);
    expect(environment).toMatch(/^AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=\/v2\/credentials\/./m);
    expect(environment).not.toMatch(/AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|COUCHDB_PASSWORD/);
    const credentials = '$(curl --silent --fail "http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")';
    const role = await ecs.onHost(`docker exec ${container("grand-central")} sh -c 'echo "${credentials}"'`);
    expect(JSON.parse(role).RoleArn).toMatch(/:role\/workbench-local-grand-central$/);
    const { taskDefinition } = await user.aws(
      ...["ecs", "describe-task-definition", "--task-definition", "workbench-local-grand-central"],
    );
    expect(JSON.stringify(taskDefinition)).not.toContain("AKIA");
    expect(JSON.stringify(taskDefinition)).not.toContain(await ecs.password());
  });

  // The local AWS evaluates policies of roles only for snapshots, so the policies themselves say what is refused.
  step("may read its own file of the bucket and no other, and receive from its queue alone", async () => {
    const allowed = await ecs.allowedTo("workbench-local-grand-central");
    const bucket = (await user.outputs("ecs-data"))["bucket_name"];
    expect(allowed.filter(({ action }) => action.startsWith("s3:"))).toEqual([
      { action: "s3:GetObject", resource: `arn:aws:s3:::${bucket}/production.env` },
    ]);
    const queues = allowed.filter(({ action }) => action.startsWith("sqs:")).map(({ resource }) => resource);
    expect(new Set(queues)).toEqual(new Set(["arn:aws:sqs:eu-west-1:123456789012:workbench-local_grand-central_work"]));
    expect(allowed.filter(({ action }) => !/^(s3|sqs):/.test(action))).toEqual([]);
  });

  step("leaves a message that it cannot handle among the dead letters, and the topic says so", async () => {
    await send("no JSON");
    const name = "workbench-local-ecs-dead-letters-grand-central-work";
    const alarm = await until("the alarm", async () => {
      const { MetricAlarms: alarms } = await user.aws("cloudwatch", "describe-alarms", "--alarm-names", name);
      return alarms[0]?.StateValue === "ALARM" && alarms[0];
    });
    expect(alarm.AlarmDescription).toContain(
      "workbench-local_grand-central_work-dead-letters, which nobody could handle",
    );
    expect(JSON.parse(await mailbox.next(name))).toMatchObject({ AlarmName: name, NewStateValue: "ALARM" });
  });

  step("fails to deploy a version that is unhealthy, and runs the old one again", async () => {
    const image = await ecs.push("grand-central", application, "2", { BEHAVIOUR: "unhealthy", VERSION: "2" });
    const { exitCode, output } = await user.terraform(["apply", "-auto-approve"], "ecs", {
      ECS_GRAND_CENTRAL_IMAGE: image,
    });
    expect(exitCode).toBe(1);
    expect(unwrapped(output)).toMatch(
      /grand-central: expected the revision \S+:task-definition\/workbench-local-grand-central:2, got \S+:task-definition\/workbench-local-grand-central:1: the new one did not start, so ECS went back to the one before\. What it printed is in the log group \/workbench-local\/grand-central;/,
    );
    expect(await ask("/health")).toBe("grand-central 1");
    expect(await mailbox.next("has timed out")).toMatch(
      /A task of service:grand-central in the cluster workbench-local-ecs failed: .*\[grand-central-ready\] has timed out/,
    );
  });

  step("deploys the next version, which is healthy", async () => {
    const image = await ecs.push("grand-central", application, "3", { VERSION: "3" });
    user.settings["ECS_GRAND_CENTRAL_IMAGE"] = image;
    await user.deploy("ecs");
    expect(await ask("/health")).toBe("grand-central 3");
  });
});

/** The container of a service, for a shell. */
function container(service: string): string {
  return `$(docker ps --quiet --filter label=com.amazonaws.ecs.container-name=${service})`;
}

/**
 * @module-tag ecs
 * @memory 1600 MiB
 * @minutes 5
 */
import path from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { projectRoot } from "../../../scripts/support/project";
import { describeWithMachines } from "../machines";
import { unwrapped } from "../said";
import { story } from "../steps";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { EcsUser } from "./ecs-user";
import { Mailbox } from "./mailbox";

const application = path.join(projectRoot, "__tests__", "lifecycle", "ecs", "application");
const healthCheck =
  '{ command: "curl --fail --silent http://127.0.0.1:3000/health", intervalSec: 5, retries: 2, startPeriodSec: 0 }';
/** As the page of ecs-data has it. */
const deleteImages = `aws ecr batch-delete-image --repository-name workbench-local-reports --image-ids \\
  "$(aws ecr list-images --repository-name workbench-local-reports --max-items 100 --query imageIds --output json)"`;
/** What a version writes that needs 20 seconds to end. */
const allNotes = [...Array.from({ length: 20 }, (_, index) => `second ${index + 1} after SIGTERM`), "done"];

/** Grand Central and a third service, beside CouchDB. All three are stand-ins, which their pages name. */
describeWithMachines("an application (a stand-in) beside CouchDB (a stand-in)", () => {
  let ecs: EcsUser;
  let user: Workbench;
  let mailbox: Mailbox;
  let reportsDigest: string;
  const step = story();

  beforeAll(async () => {
    ecs = await EcsUser.start({ ECS_DATA_BUCKET: "true", ECS_DATA_REPOSITORIES: "[couchdb, grand-central, reports]" });
    user = ecs.workbench;
    const bucket = (await user.outputs("ecs-data"))["bucket_name"] ?? "";
    const secrets = `COUCHDB_USER=admin\nCOUCHDB_PASSWORD=${await ecs.password()}\n`;
    await ecs.putObject(bucket, "production.env", secrets);
    await ecs.putObject(bucket, "another.env", secrets);
    reportsDigest = await ecs.push("reports", application, "1");
    Object.assign(user.settings, {
      ECS_GRAND_CENTRAL_IMAGE: await ecs.push("grand-central", application, "1"),
      ECS_GRAND_CENTRAL_SECRETS_FILE: "production.env",
      ECS_GRAND_CENTRAL_QUEUES: "[work]",
      ECS_GRAND_CENTRAL_PORTS: "[{ containerPort: 3000 }]",
      ECS_GRAND_CENTRAL_MEMORY_MIB: "128",
      ECS_GRAND_CENTRAL_HEALTH_CHECK: healthCheck,
      ECS_GRAND_CENTRAL_USER: "1000",
      ECS_GRAND_CENTRAL_MOUNTS: "[{ hostPath: /opt/couchdb/notes, containerPath: /notes }]",
      ECS_GRAND_CENTRAL_ENVIRONMENT: "{ NOTES_FOLDER: /notes }",
      ECS_GRAND_CENTRAL_STOP_TIMEOUT_SEC: "40",
      ECS_SERVICES: `{ reports: { image: "${reportsDigest}", memoryMiB: 64, environment: { PORT: "3001" } } }`,
    });
    await user.deploy("ecs");
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

  // The local AWS does not evaluate policies of roles yet, so the policies themselves say what is refused.
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
      /grand-central: expected the revision \S+:task-definition\/workbench-local-grand-central:2, got \S+:task-definition\/workbench-local-grand-central:1: the new one did not start, so ECS went back to the one before, which runs\. What it printed is in the log group \/workbench-local\/grand-central;/,
    );
    expect(await ask("/health")).toBe("grand-central 1");
    expect(await mailbox.next("Task failed container health checks")).toMatch(
      /A task of service:grand-central in the cluster workbench-local-ecs failed: Task failed container health checks/,
    );
  });

  step("deploys the next version, which is healthy, and needs 20 seconds to end", async () => {
    const image = await ecs.push("grand-central", application, "3", { ENDING_SEC: "20", VERSION: "3" });
    user.settings["ECS_GRAND_CENTRAL_IMAGE"] = image;
    await user.deploy("ecs");
    expect(await ask("/health")).toBe("grand-central 3");
  });

  step("keeps what it writes in the 20 seconds that it needs to end", async () => {
    const service = ["--cluster", "workbench-local-ecs", "--service", "grand-central"];
    await ecs.onHost("rm /opt/couchdb/notes/notes");
    await user.aws("ecs", "update-service", ...service, "--force-new-deployment");
    await until("its last note", async () => (await notes()).includes("done"));
    expect(await notes()).toEqual(allNotes);
  });

  step("keeps it, too, when the host reboots", async () => {
    const before = await ecs.bootId();
    await until(
      "its successor",
      async () => (await ecs.tryOnHost("curl --fail http://127.0.0.1:3000/")).exitCode === 0,
    );
    await ecs.onHost("rm /opt/couchdb/notes/notes");
    await user.aws("ec2", "reboot-instances", "--instance-ids", await ecs.instanceId());
    await ecs.untilUpAgain(before);
    expect(await notes()).toEqual(allNotes);
  });

  step("removes a service, and keeps its repository and its image", async () => {
    const host = await ecs.instanceId();
    user.settings["ECS_SERVICES"] = "{}";
    await user.deploy("ecs");
    const { serviceArns } = await user.aws("ecs", "list-services", "--cluster", "workbench-local-ecs");
    expect(serviceArns.map((arn: string) => arn.split("/").at(-1)).sort()).toEqual(["couchdb", "grand-central"]);
    expect(await imagesOf("reports")).toEqual([reportsDigest]);
    expect(await ecs.instanceId()).toBe(host);
  });

  step("fails to remove a repository with images, and removes it once they are deleted", async () => {
    user.settings["ECS_DATA_REPOSITORIES"] = "[couchdb, grand-central]";
    const refused = await user.terraform(["apply", "-auto-approve"], "ecs-data");
    expect(refused.exitCode).toBe(1);
    expect(unwrapped(refused.output)).toContain("RepositoryNotEmptyException");
    expect(await imagesOf("reports")).toEqual([reportsDigest]);
    const { exitCode, output } = await user.bash(deleteImages);
    expect([exitCode, output]).toEqual([0, expect.stringContaining('"failures": []')]);
    await user.deploy("ecs-data");
    await ecs.expectQuietPlan("ecs");
  });

  /** The lines in which Grand Central noted what it still did after SIGTERM. */
  async function notes(): Promise<string[]> {
    const { exitCode, stdout } = await ecs.tryOnHost("cat /opt/couchdb/notes/notes");
    return exitCode === 0 ? String(stdout).trim().split("\n") : [];
  }

  async function imagesOf(service: string): Promise<string[]> {
    const repository = ["--repository-name", `workbench-local-${service}`];
    const { imageIds } = await user.aws("ecr", "list-images", ...repository);
    return imageIds.map(({ imageDigest }: { imageDigest: string }) => imageDigest);
  }
});

/** The container of a service, for a shell. */
function container(service: string): string {
  return `$(docker ps --quiet --filter label=com.amazonaws.ecs.container-name=${service})`;
}

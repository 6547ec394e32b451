/**
 * @module-tag ecs
 * @memory 1500 MiB
 * @minutes 6
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect } from "vitest";
import { describeWithMachines } from "../machines";
import { story } from "../steps";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { application } from "./deploy-application";
import { EcsUser } from "./ecs-user";

const address = "ops@example.com";
const secret = "a-key-that-only-secrets-manager-has";

/** The settings that other stories leave alone. CouchDB and the third service are stand-ins. */
describeWithMachines("CouchDB (a stand-in) in a VPC of its own, open to some, with a service beside it", () => {
  let ecs: EcsUser;
  let user: Workbench;
  const step = story();

  beforeAll(async () => {
    ecs = await EcsUser.start({ ECS_DATA_REPOSITORIES: "[couchdb, grand-central, reports]" });
    user = ecs.workbench;
    const image = await ecs.push("reports", application, "1");
    const key = ["--name", "reports-key", "--secret-string", secret];
    const { ARN: arn } = await user.aws("secretsmanager", "create-secret", ...key);
    Object.assign(user.settings, {
      ECS_CIDR_BLOCK: "10.20.0.0/24",
      ECS_COUCHDB_OPEN_TO: "[198.18.0.0/15]",
      ECS_ALARMS_EMAILS: `[${address}]`,
      ECS_SERVICES:
        `{ reports: { image: "${image}", memoryMiB: 128, user: "1000", ports: [{ containerPort: 3000, hostPort: 8080 }], ` +
        "mounts: [{ hostPath: /opt/couchdb/reports, containerPath: /var/lib/reports }], " +
        `secrets: { API_KEY: "${arn}" }, healthCheck: { command: curl --fail http://127.0.0.1:3000/health } } }`,
    });
    await user.deploy("ecs");
  });
  afterAll(() => ecs?.end());

  step("boots in the VPC that it made, and the second plan is quiet", async () => {
    const { Vpcs: vpcs } = await user.aws(
      ...["ec2", "describe-vpcs", "--filters", "Name=cidr,Values=10.20.0.0/24", "--query", "{Vpcs: Vpcs[].VpcId}"],
    );
    expect(vpcs).toEqual([(await instance()).VpcId]);
    await ecs.expectQuietPlan("ecs");
  });

  step("opens CouchDB's port to the blocks that are named, and no other port", async () => {
    const [{ GroupId: id }] = (await instance()).SecurityGroups;
    const filter = `Name=group-id,Values=${id}`;
    const { SecurityGroupRules: rules } = await user.aws("ec2", "describe-security-group-rules", "--filters", filter);
    const incoming = rules.filter(({ IsEgress: isEgress }: { IsEgress: boolean }) => !isEgress);
    expect(incoming).toMatchObject([{ CidrIpv4: "198.18.0.0/15", FromPort: 5984, ToPort: 5984 }]);
    expect((await ask((await instance()).PublicIpAddress, 5984, "/_up")).exitCode).toBe(0);
  });

  step("runs the service as its user, with its secret, and keeps its files on the volume", async () => {
    const reports = "$(docker ps --quiet --filter label=com.amazonaws.ecs.container-name=reports)";
    expect(await ecs.onHost(`docker exec ${reports} sh -c 'echo "$API_KEY"; id --user'`)).toBe(`${secret}\n1000`);
    await ecs.onHost(`docker exec ${reports} sh -c 'echo kept >/var/lib/reports/file'`);
    expect(
      await ecs.onHost("stat --format %u /opt/couchdb/reports/file; findmnt -no TARGET -T /opt/couchdb/reports"),
    ).toBe("1000\n/opt/couchdb");
    expect(await ecs.onHost("curl --silent --fail http://127.0.0.1:8080/health")).toBe("grand-central 1");
    const { taskDefinition } = await user.aws(
      ...["ecs", "describe-task-definition", "--task-definition", "workbench-local-reports"],
    );
    expect(JSON.stringify(taskDefinition)).not.toContain(secret);
  });

  step("asks the address of the alarms to confirm, and the next plan is quiet", async () => {
    const [mail = "", ...others] = mails();
    expect(others).toEqual([]);
    expect(mail).toMatch(new RegExp(`^To: ${address}\r?$`, "m"));
    const [token = ""] = /\b[0-9a-f]{96}\b/.exec(mail.replaceAll(/=\r?\n/g, "")) ?? [];
    const topic = (await user.outputs("ecs"))["alarm_topic_arn"] ?? "";
    const { Subscriptions: before } = await user.aws("sns", "list-subscriptions-by-topic", "--topic-arn", topic);
    expect(before).toMatchObject([{ Endpoint: address, SubscriptionArn: "PendingConfirmation" }]);
    await user.aws("sns", "confirm-subscription", "--topic-arn", topic, "--token", token);
    await ecs.expectQuietPlan("ecs");
  });

  step("is another type in place, and keeps its documents", async () => {
    const before = await ecs.instanceId();
    await ecs.write("articles", 1, 50);
    user.settings["INSTANCE_TYPES_ECS"] = "t3.large";
    await user.deploy("ecs");
    expect(await ecs.instanceId()).toBe(before);
    expect((await instance()).InstanceType).toBe("t3.large");
    await ecs.untilUp();
    expect(await ecs.numbers("articles")).toHaveLength(50);
    await ecs.expectQuietPlan("ecs");
  });

  step("loses no acknowledged document when the volume is full, and says so by mail", async () => {
    await ecs.onHost(
      "fallocate --length $(($(df --output=avail --block-size=1 /opt/couchdb | tail -1) - 60000000)) /opt/couchdb/filler",
    );
    const said = await ecs.tryOnHost(
      // Nothing can compress it.
      "{ printf '{\"text\": \"'; head --bytes 750000 /dev/urandom | base64 --wrap 0; printf '\"}'; } >/tmp/document; " +
        "for number in $(seq 1 100); do curl --silent --fail --output /dev/null --max-time 60 " +
        `--user 'admin:${await ecs.password()}' --request PUT --data @/tmp/document ` +
        "http://127.0.0.1:5984/articles/large-$number || exit 1; echo large-$number; done",
    );
    expect(said.exitCode).toBe(1);
    const acknowledged = String(said.stdout).trim().split("\n");
    expect(acknowledged).toContain("large-1");
    await until("the alarm", async () => {
      const alarm = ["--alarm-names", "workbench-local-ecs-volume-fill"];
      const { MetricAlarms: alarms } = await user.aws("cloudwatch", "describe-alarms", ...alarm);
      return alarms[0].StateValue === "ALARM";
    });
    await until("its mail", async () => mails().some((mail) => /^Subject: ALARM: .*volume-fill/m.test(mail)));
    expect(await ids("articles")).toEqual(expect.arrayContaining(acknowledged));
    await ecs.onHost(`echo '${acknowledged.join(" ")}' >/root/acknowledged`);
  });

  step("can be read while not one block is free", async () => {
    const fill = "dd if=/dev/zero of=/opt/couchdb/reports/filler bs=4096";
    expect((await ecs.tryOnHost(fill)).all).toContain("No space left on device");
    expect(await ecs.onHost("df --output=avail /opt/couchdb | tail -1")).toBe("0");
    expect(await ids("articles")).toContain("large-1");
  });

  step("has room again with a larger volume, as the page says, and every document that it acknowledged", async () => {
    const before = await ecs.bootId();
    user.settings["ECS_DATA_VOLUME_SIZE_GIB"] = "2";
    await user.deploy("ecs-data");
    const { exitCode, output } = await user.bash(`aws ec2 reboot-instances --instance-ids ${await ecs.instanceId()}`);
    expect([exitCode, output]).toEqual([0, ""]);
    await ecs.untilUpAgain(before);
    const sizeMiB = Number(await ecs.onHost("df --output=size --block-size=1M /opt/couchdb | tail -1"));
    expect(sizeMiB).toBeGreaterThan(1800);
    const acknowledged = (await ecs.onHost("cat /root/acknowledged")).split(" ");
    expect(await ids("articles")).toEqual(expect.arrayContaining(acknowledged));
    expect((await ecs.couchdb("PUT", "/articles/after", { text: "room" })).status).toBe(201);
    for (const stack of ["ecs-data", "ecs"]) await ecs.expectQuietPlan(stack);
  });

  step("destroys its VPC and its host, and the service's files are there for the next", async () => {
    await user.destroy("ecs");
    await user.deploy("ecs");
    expect(await ecs.onHost("cat /opt/couchdb/reports/file")).toBe("kept");
  });

  // biome-ignore lint/suspicious/noExplicitAny: as EC2 describes it.
  async function instance(): Promise<any> {
    const { Reservations: found } = await user.aws(
      "ec2",
      "describe-instances",
      "--instance-ids",
      await ecs.instanceId(),
    );
    return found[0].Instances[0];
  }

  /** Mail that SNS would have sent, oldest first. */
  function mails(): string[] {
    const folder = path.join(user.session.localAws.home, "mail");
    return readdirSync(folder)
      .sort()
      .map((file) => readFileSync(path.join(folder, file), "utf8"));
  }

  /** Ids of the documents in a database. */
  async function ids(database: string): Promise<string[]> {
    const { body } = await ecs.couchdb("GET", `/${database}/_all_docs`);
    return body.rows.map(({ id }: { id: string }) => id);
  }
});

/** A request of this computer. */
function ask(host: string, port: number, target: string) {
  return execa("curl", ["--silent", "--fail", "--max-time", "10", `http://${host}:${port}${target}`], {
    reject: false,
  });
}

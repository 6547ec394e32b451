/**
 * @module-tag ecs
 * @memory 1500 MiB
 * @minutes 7
 */
import { afterAll, beforeAll, expect } from "vitest";
import { accountContents, machineLeftovers } from "../leftovers";
import { describeWithMachines } from "../machines";
import { unwrapped } from "../said";
import { story } from "../steps";
import type { Workbench } from "../workbench";
import { CouchdbImages } from "./couchdb-images";
import { EcsUser } from "./ecs-user";

/** A line that a container printed. */
interface Line {
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly message: string;
}

/** CouchDB and its host, deployed around data that stays. CouchDB is a stand-in, which the page names. */
describeWithMachines("CouchDB (a stand-in) on a container host", () => {
  let ecs: EcsUser;
  let user: Workbench;
  let images: CouchdbImages;
  let ofItsData: readonly string[];
  const step = story();

  beforeAll(async () => {
    ecs = await EcsUser.start();
    user = ecs.workbench;
    images = await CouchdbImages.push(ecs);
    ofItsData = await accountContents(user);
  });
  afterAll(() => ecs?.end());

  step("is up once the deploy ends; second plans are quiet", async () => {
    await user.deploy("ecs");
    expect((await ecs.couchdb("GET", "/_up")).status).toBe(200);
    for (const stack of ["ecs-data", "ecs"]) await ecs.expectQuietPlan(stack);
  });

  step("keeps documents of the admin whose password only Secrets Manager has", async () => {
    await ecs.write("articles", 1, 20);
    expect(await ecs.numbers("articles")).toHaveLength(20);
    const refused = await ecs.tryOnHost("curl --silent http://127.0.0.1:5984/_all_dbs");
    expect(String(refused.all)).toContain("unauthorized");
    const password = await ecs.password();
    const kept = await ecs.tryOnHost(`grep -rF -e '${password}' /opt/couchdb /etc/ecs /var/lib/cloud`);
    expect(kept.exitCode).toBe(1);
  });

  step("keeps the instance's metadata from containers, which reach the host's ports", async () => {
    const container = "$(docker ps --quiet --filter label=com.amazonaws.ecs.container-name=couchdb)";
    const token = "curl --silent --max-time 5 --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 60'";
    const url = "http://169.254.169.254/latest/api/token";
    expect((await ecs.tryOnHost(`docker exec ${container} ${token} ${url}`)).exitCode).not.toBe(0);
    expect((await ecs.tryOnHost(`${token} ${url}`)).exitCode).toBe(0);
    expect(await ecs.onHost(`docker exec ${container} curl --silent --fail http://172.17.0.1:5984/_up`)).toContain(
      "ok",
    );
  });

  step("comes back after a reboot, with its documents, its settings and the same password", async () => {
    const sumOfSettings = () => ecs.onHost("sha256sum /opt/couchdb/etc/local.d/00-workbench.ini");
    const [before, settings, password] = [await ecs.bootId(), await sumOfSettings(), await ecs.password()];
    await user.aws("ec2", "reboot-instances", "--instance-ids", await ecs.instanceId());
    await ecs.untilUpAgain(before);
    // Containers of earlier boots are gone, or their images would stay for ever.
    const ofCouchdb = "docker ps --all --quiet --filter label=com.amazonaws.ecs.container-name=couchdb";
    expect(await ecs.onHost(`${ofCouchdb} | wc --lines`)).toBe("1");
    expect(await sumOfSettings()).toBe(settings);
    expect(await ecs.password()).toBe(password);
    // It asks with that password.
    expect(await ecs.numbers("articles")).toHaveLength(20);
  });

  step("takes another image: a snapshot is taken after the old one ended and before the new one starts", async () => {
    await images.deploy(images.second);
    expect(await images.withSnapshotBefore()).toEqual([images.second]);
    expect((await ecs.couchdb("GET", "/")).body.version).toBe("3.5.2");
    expect(await ecs.numbers("articles")).toHaveLength(20);
    await expectSnapshotBetween();
    await ecs.expectQuietPlan("ecs");
    await ecs.write("articles", 21, 25);
  });

  step("fails to take an image that never works: the one before runs, with every document", async () => {
    expect(await images.refused(images.broken)).toMatch(
      /couchdb: expected the revision arn:\S+:3, got arn:\S+:2: the new one did not start, so ECS went back to the one before\./,
    );
    expect(await images.running()).toBe(images.second);
    expect(await ecs.numbers("articles")).toHaveLength(25);
    expect(await images.withSnapshotBefore()).toEqual([images.second, images.broken]);
    expect(await ecs.log("couchdb")).toContain("--none is not allowed in NODE_OPTIONS");
  });

  step("is destroyed and made again around its data", async () => {
    const snapshots = await snapshotIds();
    await user.destroy("ecs");
    expect((await accountContents(user)).toSorted()).toEqual([...ofItsData, ...snapshots].toSorted());
    expect(await machineLeftovers(user.session.localAws)).toEqual([]);
    await user.deploy("ecs");
    expect(await ecs.numbers("articles")).toHaveLength(25);
  });

  step("fails to destroy its data, and retires them on purpose with a final snapshot", async () => {
    await user.destroy("ecs");
    const refused = await user.terraform(["destroy", "-auto-approve"], "ecs-data");
    expect(refused.exitCode).toBe(1);
    expect(unwrapped(refused.output)).toContain("aws_ebs_volume.data_volume has lifecycle.prevent_destroy set");
    const before = await snapshotIds();
    const retiring = { ECS_DATA_PREVENT_DESTROY: "false" };
    await user.deploy("ecs-data", retiring);
    await user.destroy("ecs-data", retiring);
    const after = await snapshotIds();
    expect(after).toEqual([...before, expect.stringMatching(/^snap-/)]);
    expect((await accountContents(user)).toSorted()).toEqual(after.toSorted());
  });

  async function snapshotIds(): Promise<string[]> {
    return (await ecs.snapshots()).map(({ SnapshotId }) => SnapshotId);
  }

  /** The snapshot was taken between the last line of the old CouchDB and the first one of the new. */
  async function expectSnapshotBetween(): Promise<void> {
    const [snapshot] = await ecs.snapshots();
    const group = "/workbench-local/couchdb";
    const printed: Line[] = (await user.aws("logs", "filter-log-events", "--log-group-name", group)).events;
    const allowed = printed.findLast(({ message }) => message.includes(snapshot.SnapshotId));
    expect(allowed?.message).toMatch(/the snapshot snap-\w+ was taken before .*@sha256:\w+ opens the files/);
    const task = allowed?.logStreamName.split("/").at(-1) ?? "none";
    const ofCouchdb = printed.filter(({ logStreamName }) => logStreamName.startsWith("ecs/couchdb/"));
    const order = [
      ofCouchdb.findLast(({ logStreamName }) => !logStreamName.endsWith(task))?.timestamp ?? 0,
      Date.parse(snapshot.StartTime),
      allowed?.timestamp ?? 0,
      ofCouchdb.find(({ logStreamName }) => logStreamName.endsWith(task))?.timestamp ?? 0,
    ];
    expect(order).not.toContain(0);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  }
});

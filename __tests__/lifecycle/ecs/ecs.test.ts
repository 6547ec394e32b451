/**
 * @module-tag ecs
 * @memory 1500 MiB
 * @minutes 6
 */
import { afterAll, beforeAll, expect } from "vitest";
import { accountContents, machineLeftovers } from "../leftovers";
import { describeWithMachines } from "../machines";
import { unwrapped } from "../said";
import { story } from "../steps";
import type { Workbench } from "../workbench";
import { EcsUser } from "./ecs-user";

/** CouchDB and its host, deployed around data that stays. CouchDB is a stand-in, which the page names. */
describeWithMachines("CouchDB (a stand-in) on a container host", () => {
  let ecs: EcsUser;
  let user: Workbench;
  let ofItsData: readonly string[];
  const step = story();

  beforeAll(async () => {
    ecs = await EcsUser.start();
    user = ecs.workbench;
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
    await ecs.couchdb("PUT", "/_node/_local/_config/log/level", "warning");
    const before = await ecs.bootId();
    await user.aws("ec2", "reboot-instances", "--instance-ids", await ecs.instanceId());
    await ecs.untilUpAgain(before);
    expect(await ecs.numbers("articles")).toHaveLength(20);
  });

  step("is destroyed and made again around its data", async () => {
    await user.destroy("ecs");
    expect(await accountContents(user)).toEqual(ofItsData);
    expect(await machineLeftovers(user.session.localAws)).toEqual([]);
    await user.deploy("ecs");
    expect(await ecs.numbers("articles")).toHaveLength(20);
    await ecs.write("articles", 21, 25);
  });

  step("fails to destroy its data, and retires them on purpose with a final snapshot", async () => {
    await user.destroy("ecs");
    const refused = await user.terraform(["destroy", "-auto-approve"], "ecs-data");
    expect(refused.exitCode).toBe(1);
    expect(unwrapped(refused.output)).toContain("aws_ebs_volume.data_volume has lifecycle.prevent_destroy set");
    const retiring = { ECS_DATA_PREVENT_DESTROY: "false" };
    await user.deploy("ecs-data", retiring);
    await user.destroy("ecs-data", retiring);
    expect(await accountContents(user)).toEqual([expect.stringMatching(/^snap-/)]);
  });
});

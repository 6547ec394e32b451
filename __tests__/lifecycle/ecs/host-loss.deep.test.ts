/**
 * @module-tag ecs
 * @memory 1500 MiB
 * @minutes 9
 */
import { afterAll, beforeAll, describe, expect } from "vitest";
import { describeWithPowerCuts, PowerCuts } from "../power-cut";
import { story } from "../steps";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { DocumentClient } from "./document-client";
import { EcsUser, startWithContainerHosts } from "./ecs-user";
import { HostByHand } from "./host-by-hand";

const CUTS = 10;

describe.each(["ext4", "xfs"])("on %s", (fileSystem) => {
  describeWithPowerCuts("CouchDB (a stand-in)", () => {
    let cuts: PowerCuts;
    let ecs: EcsUser;
    let user: Workbench;
    let client: DocumentClient;
    let host: HostByHand;
    const step = story();

    const expectEveryDocument = async (): Promise<void> => {
      await ecs.untilUp();
      expect(await ecs.numbers("articles")).toEqual(expect.arrayContaining(client.acknowledged));
    };

    beforeAll(async () => {
      cuts = await PowerCuts.start(startWithContainerHosts);
      user = cuts.user;
      ecs = await EcsUser.with(user);
      user.settings["ECS_FILE_SYSTEM"] = fileSystem;
      await ecs.deployData();
      await user.deploy("ecs");
      await ecs.couchdb("PUT", "/articles");
      client = new DocumentClient(ecs, "articles");
      host = new HostByHand(user, await ecs.instanceId());
    });
    afterAll(() => cuts?.end());

    step(`keeps what it acknowledged through ${CUTS} power cuts, also of a host that starts`, async () => {
      expect(await ecs.onHost("findmnt --noheadings --output FSTYPE /opt/couchdb")).toBe(fileSystem);
      for (let cut = 1; cut <= CUTS; cut++) {
        await client.writeUntilLost(cut * 20, () => cuts.cutPower(host.id));
        await host.start();
        if (cut % 2 === 0) {
          await until("Docker", async () => (await ecs.tryOnHost("systemctl is-active docker")).stdout === "active");
          await cuts.cutPower(host.id);
          await host.start();
        }
        await expectEveryDocument();
      }
    });

    step("refuses documents when the volume is full, and takes them again on a larger one", async () => {
      // The client goes on writing meanwhile. CouchDB keeps 16 MiB free.
      const free = "$(($(df --block-size 1 --output=avail /opt/couchdb | tail -1) - (4 << 20)))";
      await client.writeUntilLost(20, async () => {
        await ecs.onHost(`fallocate --length ${free} /opt/couchdb/full`);
      });
      expect(await ecs.couchdb("PUT", "/articles/one-more", {})).toMatchObject({ status: 507 });
      await expectEveryDocument();
      const larger = { ECS_DATA_VOLUME_SIZE_GIB: "17" };
      await user.deploy("ecs-data", larger);
      const before = await ecs.bootId();
      await user.aws("ec2", "reboot-instances", "--instance-ids", host.id);
      await ecs.untilUpAgain(before);
      await expectEveryDocument();
      expect(await ecs.couchdb("PUT", "/articles/one-more", {})).toMatchObject({ status: 201 });
    });
  });
});

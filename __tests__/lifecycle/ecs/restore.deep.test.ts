/**
 * @module-tag ecs
 * @memory 1500 MiB
 * @minutes 5
 */
import { afterAll, beforeAll, expect } from "vitest";
import { describeWithMachines } from "../machines";
import { cdktfCommands, codeBlocks, pageSection } from "../pages";
import { unwrapped } from "../said";
import { story } from "../steps";
import type { Workbench } from "../workbench";
import { couchdb, EcsUser } from "./ecs-user";

const section = pageSection("ecs-data", "## Restoring CouchDB from a snapshot");
const inPlace = pageSection("ecs-data", "## Restoring CouchDB from a snapshot", {
  from: "*In the place of the volume*",
  to: "*Beside it*",
});

/** The way back from a version of CouchDB that changed the files. CouchDB is a stand-in, which the page names. */
describeWithMachines("CouchDB (a stand-in) restored from the snapshot before another version", () => {
  let ecs: EcsUser;
  let user: Workbench;
  let first: string;
  let replaced: string;
  let snapshot: string;
  const step = story();

  beforeAll(async () => {
    ecs = await EcsUser.start();
    user = ecs.workbench;
    first = user.settings["ECS_COUCHDB_IMAGE"] ?? "";
    user.settings["ECS_COUCHDB_IMAGE"] = first;
    await user.deploy("ecs");
    await ecs.write("articles", 1, 20);
    user.settings["ECS_COUCHDB_IMAGE"] = await ecs.push("couchdb", couchdb, "2", { COUCHDB_VERSION: "3.5.2" });
    await user.deploy("ecs");
    await ecs.write("articles", 21, 25);
    replaced = (await user.outputs("ecs-data"))["volume_id"] ?? "";
  });
  afterAll(() => ecs?.end());

  step("the page's command lists the snapshot, and before which version it was taken", async () => {
    const [list = ""] = codeBlocks(section);
    const { output } = await user.bash(list);
    const lines = output.trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`@${user.settings["ECS_COUCHDB_IMAGE"]} opens the files of couchdb`);
    [snapshot = ""] = (lines[0] ?? "").split("\t");
  });

  step("fails while a host has the volume, in one sentence, and changes nothing", async () => {
    const replacing = { ECS_DATA_SNAPSHOT_ID: snapshot, ECS_DATA_REPLACE_VOLUME: "true" };
    const { exitCode, output } = await user.terraform(["apply", "-auto-approve"], "ecs-data", replacing);
    expect(exitCode).toBe(1);
    expect(unwrapped(output)).toContain(
      `ecs-data.replaceVolume: expected false while a machine has the data volume ${replaced}, got true, ` +
        "so nothing was changed; set it back to false, or run `npm run local -- npx cdktf destroy ecs` first",
    );
    await ecs.expectQuietPlan("ecs-data");
    expect(await ecs.numbers("articles")).toHaveLength(25);
  });

  step("as the page says: documents from before the snapshot are there, and later ones are gone", async () => {
    const [destroy = "", replace = "", deploy = "", ...others] = cdktfCommands(inPlace);
    expect(others).toEqual([]);
    await succeeds(destroy);
    user.settings["ECS_DATA_SNAPSHOT_ID"] = snapshot;
    user.settings["ECS_COUCHDB_IMAGE"] = first;
    await succeeds(replace);
    await succeeds(deploy);
    expect(await ecs.numbers("articles")).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect((await ecs.couchdb("GET", "/")).body.version).toBe("3.5.0");
  });

  step(
    "leaves a final snapshot of the volume that was replaced, and quiet plans with the setting in place",
    async () => {
      const { volume_id } = await user.outputs("ecs-data");
      expect(volume_id).not.toBe(replaced);
      const found = (await ecs.snapshots()).filter(({ VolumeId }) => VolumeId === replaced);
      expect(found.map(({ SnapshotId }) => SnapshotId)).toEqual([snapshot, expect.stringMatching(/^snap-/)]);
      for (const stack of ["ecs-data", "ecs"]) await ecs.expectQuietPlan(stack);
    },
  );

  async function succeeds(command: string): Promise<void> {
    const { exitCode, output } = await user.bash(command);
    expect(exitCode, output).toBe(0);
  }
});

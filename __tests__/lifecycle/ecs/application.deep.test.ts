/**
 * @module-tag ecs
 * @memory 1600 MiB
 * @minutes 5
 */
import { afterAll, beforeAll, expect } from "vitest";
import { describeWithMachines } from "../machines";
import { codeBlocks, pageSection } from "../pages";
import { unwrapped } from "../said";
import { story } from "../steps";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { deployApplication } from "./deploy-application";
import type { EcsUser } from "./ecs-user";

/** As the page says. */
const [deleteImages = ""] = codeBlocks(pageSection("ecs-data", "### A repository that is no longer needed"));
/** What a version writes that needs 20 seconds to end. */
const allNotes = [...Array.from({ length: 20 }, (_, index) => `second ${index + 1} after SIGTERM`), "done"];

/** How services end, and how they go. All of them are stand-ins, which their pages name. */
describeWithMachines("services (stand-ins) that end, and that go", () => {
  let ecs: EcsUser;
  let user: Workbench;
  let reportsDigest: string;
  const step = story();

  beforeAll(async () => {
    ({ ecs, reportsDigest } = await deployApplication({ ENDING_SEC: "20" }));
    user = ecs.workbench;
  });
  afterAll(() => ecs?.end());

  step("keeps what it writes in the 20 seconds that it needs to end", async () => {
    const service = ["--cluster", "workbench-local-ecs", "--service", "grand-central"];
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

import { expect } from "vitest";
import { unwrapped } from "../said";
import { couchdb, type EcsUser } from "./ecs-user";

/** Images of CouchDB's stand-in, one after the other. */
export class CouchdbImages {
  private constructor(
    private readonly ecs: EcsUser,
    /** That of {@link EcsUser.start}. */
    readonly first: string,
    readonly second: string,
    /** It ends at once. */
    readonly broken: string,
  ) {}

  /** Pushes those that come after the first one. */
  static async push(ecs: EcsUser): Promise<CouchdbImages> {
    return new CouchdbImages(
      ecs,
      ecs.workbench.settings["ECS_COUCHDB_IMAGE"] ?? "",
      await ecs.push("couchdb", couchdb, "2", { COUCHDB_VERSION: "3.5.2" }),
      await ecs.push("couchdb", couchdb, "3", { NODE_OPTIONS: "--none" }),
    );
  }

  async deploy(image: string): Promise<void> {
    this.ecs.workbench.settings["ECS_COUCHDB_IMAGE"] = image;
    await this.ecs.workbench.deploy("ecs");
  }

  /**
   * What a deploy says that fails.
   *
   * @param options of `terraform apply`. @default none
   */
  async refused(image: string, options: readonly string[] = []): Promise<string> {
    const apply = ["apply", "-auto-approve", ...options];
    const { exitCode, output } = await this.ecs.workbench.terraform(apply, "ecs", { ECS_COUCHDB_IMAGE: image });
    expect(exitCode, output).toBe(1);
    return unwrapped(output);
  }

  /** Images before which a snapshot was taken, oldest first. */
  async withSnapshotBefore(): Promise<string[]> {
    const tags: { Key: string; Value: string }[][] = (await this.ecs.snapshots()).map(({ Tags }) => Tags);
    return tags
      .map((each) => digestOf(each.find(({ Key }) => Key === "Before")?.Value ?? ""))
      .filter((digest) => digest !== "");
  }

  /** The image that runs. */
  async running(): Promise<string> {
    const { taskDefinition, runningCount } = await this.ecs.service("couchdb");
    expect(runningCount).toBe(1);
    const { workbench } = this.ecs;
    const described = await workbench.aws("ecs", "describe-task-definition", "--task-definition", taskDefinition);
    return digestOf(described.taskDefinition.containerDefinitions[0].image);
  }
}

function digestOf(image: string): string {
  return image.split("@")[1] ?? "";
}

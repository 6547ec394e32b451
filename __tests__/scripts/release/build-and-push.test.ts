import { writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { buildAndPush, giveTag, planBuild } from "../../../scripts/release/build-and-push";
import type { RegistryImage } from "../../../scripts/release/registry";
import { temporaryFolder } from "../../temporary-folder";
import { digest } from "./fake-ecs";

/** A repository, and a Docker that pushes to it. */
class Shop {
  readonly folder = temporaryFolder("context-");
  readonly done: string[] = [];
  readonly images: { digest: string; tags: string[]; pushedAt: Date }[] = [];
  /** The push ends before the registry has the image. */
  losesConnection = false;
  private builds = 0;

  constructor() {
    this.write("FROM scratch\n");
  }

  write(dockerfile: string): void {
    writeFileSync(path.join(this.folder, "Dockerfile"), dockerfile);
  }

  readonly target = { platform: "linux/amd64", repository: "workbench-local-app" };

  readonly registry = {
    find: async (id: { imageTag: string } | { imageDigest: string }): Promise<RegistryImage | undefined> =>
      this.images.find((image) => "imageTag" in id && image.tags.includes(id.imageTag)),
    login: async () => ({ host: "registry.example", token: "t" }),
    tag: async (which: string, tag: string) => {
      this.done.push(`tag ${tag}`);
      this.images.find((image) => image.digest === which)?.tags.push(tag);
    },
  };

  readonly docker = {
    build: async () => {
      this.done.push("build");
      this.builds += 1;
      return `sha256:id-${this.builds}`;
    },
    push: async (_id: string, name: string) => {
      if (this.losesConnection) throw new Error("connection reset");
      this.done.push(`push ${name.replace(/[0-9a-f]{16}$/, "…")}`);
      this.images.push({ digest: digest(String(this.builds)), tags: [name.split(":")[1] ?? ""], pushedAt: new Date() });
    },
  };

  async release(tag?: string, rebuild = false) {
    const source = { kind: "context" as const, folder: this.folder, rebuild, ...(tag !== undefined && { tag }) };
    const plan = await planBuild(source, this.target, this.registry);
    const image = plan.there ?? (await buildAndPush(plan, this, () => undefined));
    return giveTag(plan, image, this.registry);
  }
}

let shop: Shop;
beforeEach(() => {
  shop = new Shop();
});

describe("the image of a context", () => {
  test("is built, pushed with a tag of the context, and then tagged", async () => {
    expect(await shop.release("v1")).toMatchObject({ digest: digest("1") });
    expect(shop.done).toEqual(["build", "push registry.example/workbench-local-app:context-…", "tag v1"]);
  });

  test("is neither built nor pushed again while the context does not change", async () => {
    await shop.release("v1");
    shop.done.length = 0;
    expect((await shop.release("v1")).digest).toBe(digest("1"));
    expect(shop.done).toEqual([]);
  });

  test("gets another tag without a build", async () => {
    await shop.release("v1");
    shop.done.length = 0;
    expect((await shop.release("v2")).tags[0]).toBe("v2");
    expect(shop.done).toEqual(["tag v2"]);
  });

  test("is built again when the context changed, or when it is asked for", async () => {
    await shop.release();
    shop.write("FROM scratch\nENV A=1\n");
    expect((await shop.release()).digest).toBe(digest("2"));
    expect((await shop.release(undefined, true)).digest).toBe(digest("3"));
  });

  test("gets its tag in the run after one that was cut off while pushing", async () => {
    shop.losesConnection = true;
    await expect(shop.release("v1")).rejects.toThrow("connection reset");
    shop.losesConnection = false;
    expect((await shop.release("v1")).tags).toContain("v1");
  });

  test("fails before it is built when the tag has other contents", async () => {
    await shop.release("v1");
    shop.done.length = 0;
    shop.write("FROM scratch\nENV A=1\n");
    await expect(shop.release("v1")).rejects.toThrow(
      "--tag: expected a tag that workbench-local-app lacks, or that means this context, " +
        `got "v1", which means ${digest("1")}; choose another tag`,
    );
    expect(shop.done).toEqual([]);
  });
});

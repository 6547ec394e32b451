import type { ReleasePlace, Ui } from "../../../scripts/release/place";
import type { RegistryImage } from "../../../scripts/release/registry";
import type { ReleaseTarget } from "../../../scripts/release/target";
import { digest, FakeEcs, imageOf } from "./fake-ecs";

/** Names of the service's parameters. */
export const parameters = { image: "/workbench-local/ecs/app/image", underWay: "/workbench-local/ecs/app/release" };
const target: ReleaseTarget = {
  service: "app",
  region: "eu-west-1",
  profile: null,
  cluster: "workbench-local-ecs",
  family: "workbench-local-app",
  repository: "workbench-local-app",
  logGroup: "/workbench-local/app",
  parameters,
  platform: "linux/amd64",
  environment: "default",
  deployCommand: "npx cdktf deploy ecs-data ecs",
};

/** A service that runs `a`, whose repository has `a` and `b`. */
export class World {
  readonly ecs = new FakeEcs(imageOf("a").uri);
  readonly values: Record<string, string> = { [parameters.image]: digest("a"), [parameters.underWay]: "none" };
  readonly versions: Record<string, number> = {};
  readonly told: string[] = [];
  readonly printed: string[] = [];
  readonly asked: string[] = [];
  images: RegistryImage[] = ["a", "b"].map((letter) => ({
    digest: digest(letter),
    tags: [`v-${letter}`],
    pushedAt: new Date(),
  }));

  readonly place: ReleasePlace = {
    ...this.ecs.place,
    target,
    caller: { arn: "arn:aws:iam::123456789012:user/me", accountId: "123456789012" },
    registry: {
      find: async (id) =>
        this.images.find((image) =>
          "imageTag" in id ? image.tags.includes(id.imageTag) : image.digest === id.imageDigest,
        ),
      images: async () => this.images,
      login: () => Promise.reject(new Error("expected no login")),
      tag: () => Promise.reject(new Error("expected no tag")),
    },
    parameters: {
      read: async (name) => ({ value: this.values[name] ?? "", version: this.versions[name] ?? 1, at: new Date() }),
      write: async (name, value) => {
        this.values[name] = value;
        this.versions[name] = (this.versions[name] ?? 1) + 1;
        return this.versions[name];
      },
    },
    logs: { tail: async (container) => [`${container} cannot find its file`] },
    docker: () => Promise.reject(new Error("expected no Docker")),
    tell: async (text) => void this.told.push(text),
  };

  readonly ui: Ui = {
    step: (_title, work) =>
      work(
        () => undefined,
        () => undefined,
      ),
    print: (text) => void this.printed.push(text),
    confirm: async (question) => void this.asked.push(question),
  };

  get running(): string | undefined {
    return this.ecs.all.find(({ number }) => number === this.ecs.runs)?.image.slice(-1);
  }
}

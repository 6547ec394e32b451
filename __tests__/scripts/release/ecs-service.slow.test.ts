import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EcsService } from "../../../scripts/release/ecs-service";
import { ApiOnly } from "../npm/api-only";
import { localTarget } from "./release-target";

const registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const old = `${registry}/workbench-local-grand-central:no-release-yet`;
const image = `${registry}/workbench-local-grand-central@sha256:${"0a".repeat(32)}`;

describe("a service in a local ECS", () => {
  let api: ApiOnly;
  let ecs: EcsService;

  beforeAll(async () => {
    api = await ApiOnly.make();
    await api.environment();
    ecs = await EcsService.open(localTarget(api.local));
  });
  afterAll(() => api?.remove());

  it("fails while there is none, and says how to make it", async () => {
    await expect(ecs.status()).rejects.toThrow(
      "service: expected grand-central in the cluster workbench-local-ecs in eu-west-1, got none; run `",
    );
  });

  it("gets a revision that differs in its image alone, wherever the definition names it", async () => {
    const { port, key } = api.local;
    const client = new ECSClient({ region: "eu-west-1", endpoint: `http://127.0.0.1:${port}`, credentials: key });
    await client.send(new CreateClusterCommand({ clusterName: "workbench-local-ecs" }));
    const containers = [
      { name: "grand-central", image: old, memory: 64, environment: [{ name: "WORKBENCH_IMAGE", value: old }] },
      { name: "beside", image: "public.ecr.aws/other:1", memory: 64, essential: false },
    ];
    await client.send(
      new RegisterTaskDefinitionCommand({
        family: "workbench-local-grand-central",
        containerDefinitions: containers,
        volumes: [{ name: "folder-0", host: { sourcePath: "/opt/couchdb/notes" } }],
        networkMode: "bridge",
        requiresCompatibilities: ["EC2"],
        tags: [{ key: "Name", value: "workbench-local-grand-central" }],
      }),
    );
    await client.send(
      new CreateServiceCommand({
        cluster: "workbench-local-ecs",
        serviceName: "grand-central",
        taskDefinition: "workbench-local-grand-central",
        desiredCount: 0,
      }),
    );
    const first = await ecs.revision((await ecs.status()).revision);
    const second = await ecs.register(first, image);
    expect([first.number, second.number, first.image, second.image]).toEqual([1, 2, old, image]);
    const [main, beside] = second.definition.containerDefinitions ?? [];
    expect(main?.environment).toEqual([{ name: "WORKBENCH_IMAGE", value: image }]);
    expect(beside?.image).toBe("public.ecr.aws/other:1");
    const { containerDefinitions: _, ...rest } = first.definition;
    for (const name of ["taskDefinitionArn", "revision", "registeredAt", "registeredBy"] as const) delete rest[name];
    expect(second.definition).toMatchObject(rest);
  });

  it("is deployed by the ARN of the revision, and lists revisions newest first, without those taken back", async () => {
    const [second, first] = await ecs.revisions();
    expect([second?.number, first?.number]).toEqual([2, 1]);
    await ecs.deploy(second?.arn ?? "", 1);
    expect(await ecs.status()).toMatchObject({ revision: second?.arn, desiredCount: 1 });
    expect((await ecs.revisions({ above: 1 })).map(({ number }) => number)).toEqual([2]);
    expect((await ecs.revisions({ below: 2 })).map(({ number }) => number)).toEqual([1]);
    expect((await ecs.revisionNumbered(1))?.arn).toBe(first?.arn);
    await ecs.deregister(first?.arn ?? "");
    expect([await ecs.revisionNumbered(1), await ecs.revisionNumbered(9)]).toEqual([undefined, undefined]);
    expect((await ecs.revisions()).map(({ number }) => number)).toEqual([2]);
    expect(await ecs.tasks()).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { containerDefinition } from "../../../modules/containers/container-definition";

const log = { group: "/test", region: "eu-west-1" };
const image = `registry.example/app@sha256:${"0".repeat(64)}`;

describe("the definition of a container", () => {
  it("has what ECS would add, so that a plan shows no difference", () => {
    expect(containerDefinition({ name: "app", image, memoryMiB: 64 }, log, () => "")).toEqual({
      name: "app",
      image,
      memory: 64,
      cpu: 0,
      essential: true,
      environment: [],
      secrets: [],
      portMappings: [],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
      extraHosts: [],
      stopTimeout: 30,
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-group": "/test", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "ecs" },
      },
    });
  });

  it("sorts variables by name, as ECS returns them", () => {
    const environment = { ZONE: "1", AREA: "2" };
    const secrets = { PASSWORD: "arn:b", KEY: "arn:a" };
    expect(
      containerDefinition({ name: "app", image, memoryMiB: 64, environment, secrets }, log, () => ""),
    ).toMatchObject({
      environment: [
        { name: "AREA", value: "2" },
        { name: "ZONE", value: "1" },
      ],
      secrets: [
        { name: "KEY", valueFrom: "arn:a" },
        { name: "PASSWORD", valueFrom: "arn:b" },
      ],
    });
  });

  it("mounts folders by the names of their volumes", () => {
    const mounts = [
      { hostPath: "/volume/a", containerPath: "/a" },
      { hostPath: "/volume/b", containerPath: "/b", readOnly: true },
    ];
    const definition = containerDefinition({ name: "app", image, memoryMiB: 64, mounts }, log, (path) => `of ${path}`);
    expect(definition["mountPoints"]).toEqual([
      { sourceVolume: "of /volume/a", containerPath: "/a", readOnly: false },
      { sourceVolume: "of /volume/b", containerPath: "/b", readOnly: true },
    ]);
  });

  it("waits for the success of the containers before it, and asks whether it is healthy", () => {
    const healthCheck = { command: "test -e /up", intervalSec: 10, timeoutSec: 5, retries: 3, startPeriodSec: 60 };
    const definition = containerDefinition(
      { name: "app", image, memoryMiB: 64, healthCheck, after: ["first"] },
      log,
      () => "",
    );
    expect(definition).toMatchObject({
      dependsOn: [{ containerName: "first", condition: "SUCCESS" }],
      healthCheck: { command: ["CMD-SHELL", "test -e /up"], interval: 10, timeout: 5, retries: 3, startPeriod: 60 },
    });
  });
});

import { expect, it } from "vitest";
import { containerDefinition } from "../../../modules/containers/container-definition";
import { readyContainer } from "../../../modules/containers/ready-container";

const image = `registry.example/app@sha256:${"0".repeat(64)}`;

it("starts once the other container is healthy, from the same image, and its end does not end the task", () => {
  const ready = readyContainer({ name: "app", image, memoryMiB: 512, user: "1000" });
  expect(containerDefinition(ready, { group: "/test", region: "eu-west-1" }, () => "")).toMatchObject({
    name: "app-ready",
    image,
    user: "1000",
    essential: false,
    entryPoint: ["sh", "-c", "exit 0"],
    dependsOn: [{ containerName: "app", condition: "HEALTHY" }],
  });
});

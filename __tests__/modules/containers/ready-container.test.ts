import { expect, it } from "vitest";
import { containerDefinition } from "../../../modules/containers/container-definition";
import { withReadyContainer } from "../../../modules/containers/ready-container";

const image = `registry.example/app@sha256:${"0".repeat(64)}`;
const healthCheck = { command: "true", intervalSec: 10, timeoutSec: 5, retries: 6, startPeriodSec: 60 };

const [app, ready] = withReadyContainer({ name: "app", image, memoryMiB: 512, user: "1000", healthCheck }).map((each) =>
  containerDefinition(each, { group: "/test", region: "eu-west-1" }, () => ""),
);

it("starts once the other container is healthy, from the same image, and its end does not end the task", () => {
  expect(ready).toMatchObject({
    name: "app-ready",
    image,
    user: "1000",
    essential: false,
    entryPoint: ["sh", "-c", "exit 0"],
    dependsOn: [{ containerName: "app", condition: "HEALTHY" }],
  });
});

it("waits no longer than until the health check has failed as often as it may", () => {
  expect(app).toMatchObject({ name: "app", startTimeout: 60 + 6 * (10 + 5) + 10 });
  expect(ready).not.toHaveProperty("startTimeout");
});

import { expect, it } from "vitest";
import { volumeFillAlarm } from "../../../modules/monitoring/volume-fill";

const alarm = volumeFillAlarm({ dimensions: { Cluster: "test-ecs" }, thresholdPercent: 80, fix: "make it larger" });

it("watches what the host sends, for five minutes", () => {
  expect(alarm).toMatchObject({
    namespace: "Workbench",
    metricName: "VolumeUsedPercent",
    dimensions: { Cluster: "test-ecs" },
    periodSec: 300,
  });
});

it("is reached by the threshold itself", () => {
  expect(alarm).toMatchObject({ comparison: ">=", threshold: 80 });
});

it("says nothing without values, since there may be no host", () => {
  expect(alarm.missingData).toBe("missing");
});

it("says which volume, and what to do", () => {
  expect(alarm.description).toBe("The data volume of test-ecs is 80 % full or more; make it larger.");
});

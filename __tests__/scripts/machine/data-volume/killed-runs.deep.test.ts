import { expect, it } from "vitest";
import { killRuns } from "./killed-runs";
import { describeWithDisks } from "./requirements";

describeWithDisks("runs that are killed at random moments", () => {
  it("200 of mount, grow and unmount: a second run completes each, and every byte is there", async () => {
    expect(await killRuns(200)).toBeGreaterThan(50);
  });
});

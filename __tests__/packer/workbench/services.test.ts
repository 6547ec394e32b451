import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const folder = path.join(import.meta.dirname, "../../../packer/workbench/files/systemd");

/** How long an attempt to start may take on a busy machine, in seconds. */
const ATTEMPT_SEC = 25;

describe.each(["workbench-nrepl", "workbench-jupyter"])("%s.service", (name) => {
  const unit = readFileSync(path.join(folder, `${name}.service`), "utf8");
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(unit)?.[1];

  it("ends as failed if it cannot start, since its attempts fit into the interval that counts them", () => {
    expect(value("Restart")).toBe("on-failure");
    const attempts = Number(value("StartLimitBurst"));
    const attemptsSec = attempts * (ATTEMPT_SEC + Number(value("RestartSec")));
    expect(attemptsSec).toBeLessThanOrEqual(Number(value("StartLimitIntervalSec")));
  });

  it("may be started by hand again and again", () => {
    expect(Number(value("StartLimitBurst"))).toBeGreaterThanOrEqual(10);
  });
});

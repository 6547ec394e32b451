import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";

const files = path.join(import.meta.dirname, "../../../packer/ecs-host/files");
const unit = readFileSync(path.join(files, "systemd/ecs.service"), "utf8");
const values = (key: string) => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value]) => value);

describe("the stand-in for the ECS agent", () => {
  it("says what it is, and stays", async () => {
    const running = execa("sh", [path.join(files, "bin/ecs-agent-stand-in")], { reject: false });
    const [words] = await once(running.stdout, "data");
    expect(String(words)).toContain("a stand-in for the ECS agent");
    expect(running.exitCode).toBeNull();
    running.kill("SIGTERM");
    expect((await running).signal).toBe("SIGTERM");
  });

  it("starts, stops and restarts as AWS's unit does", () => {
    expect(values("After")).toEqual(["docker.service", "cloud-final.service"]);
    expect(values("Wants")).toEqual(["docker.service"]);
    expect(values("Restart")).toEqual(["on-failure"]);
    expect(values("EnvironmentFile")).toEqual(["-/etc/ecs/ecs.config"]);
    expect(values("ExecStart")).toEqual(["/usr/local/libexec/ecs-agent-stand-in"]);
  });

  it("is not wanted by the target after which Debian starts cloud-final.service, which it comes after", () => {
    expect(values("WantedBy")).toEqual(["cloud-init.target"]);
  });
});

import { Instance } from "@cdktf/provider-aws/lib/instance";
import { describe, expect, it } from "vitest";
import { StopWhenIdle } from "../../../modules/compute/stop-when-idle";
import { temporaryFolder } from "../../temporary-folder";
import { synthesizeModule } from "../synthesize-module";

function timer(afterMinutes: number | null) {
  const { resource } = synthesizeModule((stack) => {
    const machine = { instance: new Instance(stack, "machine", { ami: "ami-1", instanceType: "t3.micro" }) };
    new StopWhenIdle(stack, "stop_when_idle", {
      machine,
      afterMinutes,
      jupyterPort: 20001,
      target: { host: "198.18.0.1", port: 2222, user: "admin", publicKeyFile: "key.pub", timeoutSec: 60 },
      scriptsDirectory: temporaryFolder("scripts-"),
      dependsOn: [machine.instance],
    });
  });
  return resource["terraform_data"]?.["stop_when_idle"];
}

describe("StopWhenIdle", () => {
  it("uploads the scripts and installs them, with the ports and the user that it watches", () => {
    const { provisioner } = timer(60);
    expect(provisioner.map((each: object) => Object.keys(each)[0])).toEqual(["remote-exec", "file", "remote-exec"]);
    expect(provisioner[2]["remote-exec"].inline.at(-1)).toBe(
      "cd && sudo python3 -B .workbench-stop-when-idle/install_stop_when_idle.py 60 2222 20001 'admin'",
    );
  });

  it("without minutes, uploads nothing, and removes what an earlier deploy installed", () => {
    const installed = "/usr/local/lib/workbench/stop-when-idle/install_stop_when_idle.py";
    const [only, ...others] = timer(null).provisioner;
    expect(others).toEqual([]);
    expect(only["remote-exec"].inline.at(-1)).toBe(`sudo test ! -e ${installed} || sudo python3 -B ${installed} never`);
  });

  it("runs again for another machine, other minutes and other scripts alone, so not when the machine stops", () => {
    const triggers = timer(60).triggers_replace;
    expect(triggers).toEqual({
      instance: "${aws_instance.machine.id}",
      scripts: expect.stringMatching(/^[0-9A-F]{32}$/),
      command: expect.stringContaining(" 60 "),
    });
    expect(timer(61).triggers_replace.command).not.toBe(triggers.command);
    expect(timer(null).triggers_replace).not.toHaveProperty("scripts");
  });

  it.each([60, null])("logs in to nothing at a destroy, with %s minutes", (minutes) => {
    expect(JSON.stringify(timer(minutes).provisioner)).not.toContain('"when"');
  });

  it("logs in only once what it depends on is there", () => {
    expect(timer(60).depends_on).toEqual(["aws_instance.machine"]);
  });
});

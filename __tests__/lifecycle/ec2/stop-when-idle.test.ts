/**
 * @module-tag ebs
 * @module-tag ec2
 * @memory 1000 MiB
 * @minutes 4
 */
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect } from "vitest";
import { checksums, writeFiles } from "../data";
import { describeWithMachines, onMachine } from "../machines";
import { OpenUser } from "../open-user";
import { story } from "../steps";
import { throughTunnel } from "../tunnel";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { computes, kernelsStandIn, sends, shortTimes } from "./busy-machine";

/** The state that the machine's timer keeps. Times are seconds of the machine's monotonic clock. */
interface State {
  readonly time: number;
  readonly idle_since: number | null;
  /** Name, what was found, and whether it keeps the machine running. */
  readonly signs: readonly (readonly [string, string, boolean])[];
}

const unit = "workbench-stop-when-idle";
/** Instead of 60 minutes. The timer looks every three seconds. */
const afterSec = 8;

describeWithMachines("a machine that stops itself when nothing keeps it running", () => {
  let opener: OpenUser;
  let user: Workbench;
  let instance: string;
  let address: string;
  let volume: string;
  let sums: string;
  const step = story();

  /** Runs a command as root on the machine, and logs in to nothing. */
  const run = (command: string) => onMachine(instance, command);
  const state = async (): Promise<State> => JSON.parse(await run(`cat /run/${unit}/state.json`));
  const busy = ({ signs }: State) => signs.filter(([, , keeps]) => keeps).map(([name]) => name);
  const described = () =>
    user.aws("ec2", "describe-instances", "--instance-ids", instance, "--query", "Reservations[0].Instances[0]");

  /** Waits until only `name` keeps the machine running, and lets it do so for longer than the machine otherwise waits. */
  async function keepsItRunning(name: string): Promise<string> {
    const only = async () => {
      const found = await state();
      return busy(found).join() === name && found;
    };
    const first = await until(`only ${name} to keep the machine running`, only);
    await until(`${name} to keep the machine running`, async () => {
      const found = await state();
      expect(busy(found)).toContain(name);
      expect(found.idle_since).toBeNull();
      return found.time > first.time + 1.5 * afterSec;
    });
    return run("workbench-idle");
  }

  /** Holds a login until `work` is done. */
  async function whileLoggedIn(work: () => Promise<void>): Promise<void> {
    const login = user.local("ssh", "sleep", "600");
    try {
      await work();
    } finally {
      process.kill(-(login.pid ?? Number.NaN), "SIGTERM");
      await login;
    }
  }

  beforeAll(async () => {
    opener = await OpenUser.start();
    user = opener.workbench;
    // Its superblock tells whether it was unmounted.
    Object.assign(user.settings, { EC2_MOUNT_FILE_SYSTEM: "ext4", EC2_STOP_WHEN_IDLE_AFTER_MINUTES: "60" });
  });
  afterAll(() => opener?.end());

  step("the deploy installs a timer that says what keeps the machine running; the plan is empty", async () => {
    await user.deploy("ebs");
    await user.deploy("ec2");
    ({ instance_id: instance = "", address = "", data_volume_id: volume = "" } = await user.outputs("ec2"));
    expect((await user.plan("ec2")).changes).toBe("");
    sums = await writeFiles(user, "work");
    const said = await user.ssh("workbench-idle");
    expect(said).toMatch(/^ssh connections +yes +1 connection to port 2222$/m);
    expect(said).toContain("This machine stops itself after 60 minutes without any of them.");
    const verified = await run(`systemd-analyze verify --man=no ${unit}.timer ${unit}.service 2>&1`);
    expect(verified).toBe("");
  });

  step("a login, and then a tunnel alone, keep it running", async () => {
    await whileLoggedIn(async () => {
      await until("the login", async () => /[1-9]\d* connections?/.test(await run("workbench-idle")));
      // Until the next boot, so that this story does not wait for hours.
      await run(shortTimes(unit, afterSec));
      await keepsItRunning("ssh connections");
    });
    // The kernel of the next step is busy already when the tunnel ends.
    const { ssh = "" } = await user.outputs("ec2");
    await throughTunnel(ssh.replace(/-L \S+ /g, ""), async () => {
      await keepsItRunning("ssh connections");
      await run(kernelsStandIn("/root/states", user.tunnelPorts.jupyter));
      await run("echo idle busy > /root/states");
      await until("the busy kernel", async () => busy(await state()).includes("JupyterLab"));
    });
  });

  step(
    "a busy kernel keeps it running, by a stand-in of JupyterLab's API; so does one that does not answer",
    async () => {
      expect(await keepsItRunning("JupyterLab")).toMatch(/^JupyterLab +yes +1 of 2 kernels busy$/m);
      await run("rm /home/admin/.jupyter/token");
      expect(await keepsItRunning("JupyterLab")).toMatch(/^JupyterLab +yes +cannot tell: no token of JupyterLab in /m);
      // What the nREPL service of our image makes.
      await run("mkdir /run/workbench-nrepl && touch /run/workbench-nrepl/busy");
      await run("echo secret > /home/admin/.jupyter/token; echo idle idle > /root/states");
    },
  );

  step("a busy REPL keeps it running", async () => {
    expect(await keepsItRunning("REPL")).toMatch(/^JupyterLab +no +0 of 2 kernels busy$/m);
    await run(computes("load"));
    await until("the load", async () => busy(await state()).includes("processors"));
    await run("rm /run/workbench-nrepl/busy");
  });

  step("load keeps it running, and so does use of the network", async () => {
    expect(await keepsItRunning("processors")).toMatch(/^processors +yes +\d+\.\d % of one/m);
    await run(sends("traffic"));
    await until("the traffic", async () => busy(await state()).includes("network"));
    await run("systemctl stop load");
    await keepsItRunning("network");
  });

  step("without any of them it stops, and says why; the volume is unmounted, and the address stays", async () => {
    await run("systemctl stop traffic");
    const stopped = await until("the machine to stop itself", async () => {
      const found = await described();
      return found.State.Name === "stopped" && found;
    });
    expect(stopped.StateReason.Code).toBe("Client.InstanceInitiatedShutdown");
    expect(stopped.PublicIpAddress).toBe(address);
    const disk = path.join(user.session.localAws.home, "disks", volume);
    const { stdout } = await execa("dumpe2fs", ["-h", disk]);
    expect(stdout).toMatch(/^Filesystem state: +clean$/m);
    expect(stdout).not.toContain("needs_recovery");
  });

  step("the plan is empty while it is stopped", async () => {
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("`npm run open` starts it again: it has its address, every byte and its timer; the plan is empty", async () => {
    const { output } = await opener.open(["--no-browser"]);
    expect(output).toContain(`Machine: ${instance} at ${address}, started again: it shut itself down`);
    // It boots Debian's own image.
    expect(output).toContain(`${instance}: expected a machine with JupyterLab`);
    await user.waitForBoot("");
    expect((await described()).PublicIpAddress).toBe(address);
    expect(await checksums(user, "work")).toBe(sums);
    expect(await run(`systemctl is-active ${unit}.timer`)).toBe("active");
    expect(await run("workbench-idle")).toMatch(/This machine stops itself (in|after) 60 minutes/);
    const said = await run("journalctl --boot=-1 --identifier=stop-when-idle --output=cat");
    expect(said).toMatch(/^nothing has kept this machine running for 8 seconds, so it stops itself now \(ssh /m);
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("without the setting, the timer is gone, the machine is the same, and the plan is empty", async () => {
    user.settings["EC2_STOP_WHEN_IDLE_AFTER_MINUTES"] = "";
    await user.deploy("ec2");
    expect((await user.outputs("ec2"))["instance_id"]).toBe(instance);
    const left = `find / -xdev -name '*stop-when-idle*' -o -xdev -name workbench-idle; ls -A /run | grep ${unit} || true`;
    expect(await run(left)).toMatch(/^(\/home\/admin\/\.workbench-stop-when-idle(\/\S+)?\n?)+$/);
    expect(await run(`systemctl list-units --all --no-legend '${unit}*'`)).toBe("");
    expect((await user.plan("ec2")).changes).toBe("");
  });
});

/**
 * @module-tag ebs
 * @module-tag ec2
 * @memory 1000 MiB
 * @minutes 3
 */

import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect } from "vitest";
import { describeWithMachines, onMachine } from "../machines";
import { OpenUser } from "../open-user";
import { story } from "../steps";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { installStandIns, TOKEN } from "./stand-in-services";

/** Every message of `npm run open`, with a machine that boots and stand-ins for the services of our image. */
describeWithMachines("one command to the notebook", () => {
  let user: OpenUser;
  let workbench: Workbench;
  let id: string;
  let ports: { readonly jupyter: number; readonly nrepl: number };
  const step = story();

  beforeAll(async () => {
    user = await OpenUser.start();
    ({ workbench } = user);
    ports = workbench.tunnelPorts;
  });
  afterAll(() => user?.end());

  /** Expects a command to end with one sentence, and nothing to be left. */
  const expectRefusal = async (ended: ReturnType<OpenUser["open"]>, sentence: string | RegExp) => {
    const { exitCode, output } = await ended;
    expect(exitCode, output).toBe(1);
    const errors = output.split("\n").filter((line) => line.startsWith("error: "));
    expect(errors).toEqual([typeof sentence === "string" ? `error: ${sentence}` : expect.stringMatching(sentence)]);
    expect(output).not.toMatch(/^\s+at /m);
    await user.nothingIsLeft(id, ports.jupyter);
  };
  /** Otherwise a machine that was started a moment ago is tried for minutes. */
  const impatient = { WORKBENCH_SSH_CONNECT_TIMEOUT_SEC: "5" };
  const address = () => `JupyterLab: http://127.0.0.1:${ports.jupyter}/lab?token=${TOKEN}`;
  const lab = async () => (await fetch(`http://127.0.0.1:${ports.jupyter}/lab`)).text();

  step("without a machine, it says what deploys one", async () => {
    await expectRefusal(
      user.open(),
      "machine: expected one tagged Name=workbench-local-machine, Project=workbench, Environment=local in eu-west-1, got " +
        "none; run `npm run local -- npx cdktf deploy ebs ec2`, or use the region and the account of the machine",
    );
  });

  step("on a machine without JupyterLab, it says how to boot one that has it", async () => {
    await workbench.deploy("ebs");
    await workbench.deploy("ec2");
    id = (await workbench.outputs("ec2"))["instance_id"] ?? "";
    await expectRefusal(
      user.open(),
      `${id}: expected a machine with JupyterLab (workbench-jupyter), got one whose image has none; set ec2.image.source: ` +
        "workbench, build that image (packer/README.md), and run " +
        "`npm run local -- env WORKBENCH_EC2_IMAGE_FOLLOW_NEW=true npx cdktf deploy ec2`",
    );
  });

  step("it prints the address with the token, opens a browser, and Ctrl-C closes it", async () => {
    await installStandIns(workbench, ports);
    const opened = user.begin([]);
    await opened.says(address());
    expect(await user.browsed()).toBe(`http://127.0.0.1:${ports.jupyter}/lab?token=${TOKEN}`);
    expect(await lab()).toBe("a stand-in for JupyterLab");
    opened.signal("SIGINT");
    const { exitCode, output } = await opened.ended;
    expect(output).toMatch(/\nThe tunnel is closed\.\n$/);
    expect(exitCode).toBe(130);
    await user.nothingIsLeft(id, ports.jupyter);
  });

  step("a kill leaves nothing, either", async () => {
    const opened = user.begin(["--no-browser"]);
    await opened.says(address());
    // As the page of a notebook does, which stays open.
    const page = connect(ports.jupyter, "127.0.0.1").on("error", () => undefined);
    await once(page, "connect");
    opened.signal("SIGKILL");
    await opened.ended;
    await user.nothingIsLeft(id, ports.jupyter);
    page.destroy();
  });

  step("`npm run local -- open` does the same with the local AWS's own settings", async () => {
    await installStandIns(workbench, { jupyter: 20001, nrepl: 20000 });
    const opened = user.beginLocal("--port", `${ports.jupyter}`, "--no-browser");
    await opened.says(address());
    expect(await lab()).toBe("a stand-in for JupyterLab");
    opened.signal("SIGINT");
    expect((await opened.ended).exitCode).toBe(130);
    await user.nothingIsLeft(id, ports.jupyter);
    await installStandIns(workbench, ports);
  });

  step("--repl prints the port of the nREPL, and writes .nrepl-port while it is open", async () => {
    const file = path.join(user.folder, ".nrepl-port");
    const opened = user.begin(["--repl"]);
    expect(await opened.says("Ctrl-C")).toContain(
      `nREPL: 127.0.0.1:${ports.nrepl}\n${file} names the port to editors.\n`,
    );
    expect(readFileSync(file, "utf8")).toBe(`${ports.nrepl}`);
    opened.signal("SIGINT");
    await opened.ended;
    expect(existsSync(file)).toBe(false);
    await user.nothingIsLeft(id, ports.nrepl);
  });

  step("a port of this computer that is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(ports.jupyter, "127.0.0.1", resolve));
    const { exitCode, output } = await user.open();
    await new Promise((resolve) => server.close(resolve));
    expect(output).toMatch(
      new RegExp(
        `^error: services\\.jupyterPort: expected port ${ports.jupyter} of this computer to be free, got .*\\(pid ${process.pid}\\), ` +
          `which has it; end that, or take another port: npm run local -- open --port ${ports.jupyter + 1}$`,
        "m",
      ),
    );
    expect(exitCode).toBe(1);
  });

  step("a key that the machine does not accept", async () => {
    const key = path.join(user.folder, "other-key");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const known = "the one that .+ \\(ssh\\.publicKeyFile\\) was when the machine was made";
    await expectRefusal(
      user.open([], { WORKBENCH_SSH_PRIVATE_KEY_FILE: key }),
      new RegExp(
        `^error: ssh\\.privateKeyFile: expected the key in ${key} to be one that the machine accepts for admin, ${known}, ` +
          'got "admin@[0-9.]+: Permission denied \\(publickey\\)"; name the other half of that key\\. ' +
          "`npm run local -- npx cdktf deploy ec2` replaces the machine if the key is another one now$",
      ),
    );
    await expectRefusal(
      user.open([], { WORKBENCH_SSH_PRIVATE_KEY_FILE: "", WORKBENCH_SSH_PUBLIC_KEY_FILE: `${key}.pub` }),
      new RegExp(
        `^error: ssh\\.publicKeyFile: expected ssh to find a key that the machine accepts for admin, ${known}, got ` +
          `"admin@[0-9.]+: Permission denied \\(publickey\\)"; run ssh-add ${key}, or set ssh\\.privateKeyFile\\. `,
      ),
    );
  });

  step("a host key that is not the one of the last time", async () => {
    const before = readFileSync(user.knownHosts, "utf8");
    const [type, key] = readFileSync(path.join(user.folder, "other-key.pub"), "utf8").split(" ");
    writeFileSync(user.knownHosts, `${id} ${type} ${key}\n`);
    await expectRefusal(
      user.open(),
      `${id}: expected the host key that ssh remembers in ~/.ssh/known_hosts_workbench, got another one: somebody answers ` +
        "in the machine's place, or the machine has made new host keys; only if you know that it has: " +
        `ssh-keygen -R ${id} -f ~/.ssh/known_hosts_workbench`,
    );
    writeFileSync(user.knownHosts, before);
  });

  step("JupyterLab that does not run, and a data volume that is not mounted", async () => {
    await workbench.ssh("sudo systemctl stop workbench-jupyter");
    const look = `Look at it: ssh -i \\S+ -p 2222 .* admin@[0-9.]+ systemctl status`;
    await expectRefusal(
      user.open(),
      new RegExp(
        `^error: ${id}: expected JupyterLab to run, got workbench-jupyter that is inactive(, which last said ".*")?\\. ${look} workbench-jupyter$`,
      ),
    );
    await workbench.ssh("sudo systemctl stop workbench-data-volume");
    await expectRefusal(
      user.open(),
      new RegExp(
        `^error: ${id}: expected JupyterLab to run on the mounted data volume, got workbench-data-volume that is inactive` +
          '(, which last said ".*")?; `npm run local -- npx cdktf deploy ebs ec2` mounts it, or says why not\\. ' +
          `${look} workbench-data-volume$`,
      ),
    );
    await workbench.ssh("sudo systemctl start workbench-data-volume");
  });

  step("a machine that somebody stopped is started again, with JupyterLab on its data volume", async () => {
    await workbench.aws("ec2", "stop-instances", "--instance-ids", id);
    const opened = user.begin(["--no-browser"]);
    const said = await opened.says(address());
    expect(said).toMatch(new RegExp(`Machine: ${id} at [0-9.]+, started again: somebody stopped it at \\d{4}-`));
    expect(await lab()).toBe("a stand-in for JupyterLab");
    await workbench.ssh("sudo systemctl poweroff");
    await expectRefusal(
      opened.ended,
      new RegExp(
        `^error: ${id}: expected the machine to run, got one that is (stopping|stopped)(: it shut itself down)?; ` +
          "`npm run local -- open` starts it$",
      ),
    );
  });

  step("a machine that shut itself down is started again", async () => {
    const opened = user.begin(["--no-browser"]);
    expect(await opened.says(address())).toContain(", started again: it shut itself down");
    opened.signal("SIGTERM");
    expect((await opened.ended).exitCode).toBe(130);
  });

  step("Ctrl-C while it waits", async () => {
    await workbench.aws("ec2", "stop-instances", "--instance-ids", id);
    await until("a stopped machine", async () => (await machineNow(workbench, id)).State.Name === "stopped");
    const opened = user.begin([]);
    await opened.says("Machine");
    opened.signal("SIGINT");
    const { exitCode, output } = await opened.ended;
    expect(output).toMatch(/^error: interrupted: no tunnel is open$/m);
    expect(exitCode).toBe(130);
    await user.nothingIsLeft(id, ports.jupyter);
    const again = user.begin(["--no-browser"]);
    await again.says(address());
    again.signal("SIGINT");
    await again.ended;
  });

  step("an sshd that does not run", async () => {
    await onMachine(id, "systemctl stop ssh.socket ssh.service");
    await expectRefusal(
      user.open([], impatient),
      new RegExp(
        `^error: ${id}: expected sshd at [0-9.]+ port 2222 \\(ssh\\.port\\), got "ssh: connect to host .* Connection refused"; if ` +
          "it is only booting, run `npm run local -- open` again, or else look at the machine in EC2's console$",
      ),
    );
    await onMachine(id, "systemctl start ssh.service");
  });

  step("an address that may not connect: it names those that may", async () => {
    const group = (await machineNow(workbench, id)).SecurityGroups[0].GroupId;
    const silence = (who: string) =>
      new RegExp(
        `^error: ${id}: expected an answer at [0-9.]+ port 2222, got none within 10 s; ${who} may connect\\. If your own ` +
          "address is another one, add it to ssh\\.allowFrom and run `npm run local -- npx cdktf deploy ec2`\\.$",
      );
    // The local AWS keeps the rules of security groups, and does not enforce them.
    const filter = ["INPUT", "--protocol", "tcp", "--dport", "2222", "--jump", "DROP"];
    await inNetworkOf(id, "iptables", "--insert", ...filter);
    await expectRefusal(user.open([], impatient), silence("only 198\\.18\\.0\\.0/15"));
    const rule = ["--group-id", group, "--protocol", "tcp", "--port", "2222", "--cidr", "198.18.0.0/15"];
    await workbench.aws("ec2", "revoke-security-group-ingress", ...rule);
    await expectRefusal(user.open([], impatient), silence("nobody"));
    await inNetworkOf(id, "iptables", "--delete", ...filter);
  });

  step("two machines with the same tags", async () => {
    const { image_id: image = "" } = await workbench.outputs("ec2");
    const tags = "{Key=Name,Value=workbench-local-machine},{Key=Project,Value=workbench},{Key=Environment,Value=local}";
    const { Instances } = await workbench.aws(
      ...["ec2", "run-instances", "--image-id", image, "--instance-type", "t3.micro"],
      ...["--tag-specifications", `ResourceType=instance,Tags=[${tags}]`],
    );
    const other = Instances[0].InstanceId;
    await expectRefusal(
      user.open(),
      /^error: machine: expected one tagged Name=workbench-local-machine, got i-\w+ \(\w+\) and i-\w+ \(\w+\); terminate the one that the output instance_id does not name: a deploy that was killed has left it$/,
    );
    await workbench.aws("ec2", "terminate-instances", "--instance-ids", other);
  });

  step("a machine that is terminated while the tunnel is open", async () => {
    const opened = user.begin(["--no-browser"]);
    await opened.says(address());
    await workbench.aws("ec2", "terminate-instances", "--instance-ids", id);
    await expectRefusal(
      opened.ended,
      `${id}: expected a machine that can be started, got one that somebody terminated; ` +
        "`npm run local -- npx cdktf deploy ebs ec2` makes another one. The data volume is kept",
    );
  });
});

/** A machine, as EC2 knows it. */
async function machineNow(workbench: Workbench, instanceId: string) {
  const { Reservations } = await workbench.aws("ec2", "describe-instances", "--instance-ids", instanceId);
  return Reservations[0].Instances[0];
}

/** Runs a program in a machine's network, which is outside the machine. */
async function inNetworkOf(instanceId: string, ...command: readonly string[]): Promise<void> {
  const namespace = readdirSync("/run/netns").find((name) => name.endsWith(instanceId));
  await execa("ip", ["netns", "exec", namespace ?? "", ...command]);
}

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCdktfCommand } from "../../guards/cdktf-command";
import { requireLogIn } from "../../guards/log-in";
import { definitions } from "../../stacks/definitions";
import { settingsWith } from "../stacks/synthesize";
import { temporaryFolder } from "../temporary-folder";

const directory = temporaryFolder("agent-");
const socket = join(directory, "agent");
const withAgent = { PATH: process.env["PATH"], SSH_AUTH_SOCK: socket };
let agentPid: number;

function run(words: string, environment: NodeJS.ProcessEnv, values: Readonly<Record<string, string>> = {}): void {
  const command = parseCdktfCommand(words.split(" "));
  if (!command) throw new Error(`no cdktf command: ${words}`);
  const settings = settingsWith({ SSH_PRIVATE_KEY_FILE: "", ...values });
  const stacks = definitions.map(({ name, logsIn }) => ({ name, logIn: logsIn?.(settings, command.verb) }));
  requireLogIn(command, stacks, environment);
}

beforeAll(() => {
  const said = execFileSync("ssh-agent", ["-a", socket], { encoding: "utf8" });
  agentPid = Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]);
});
afterAll(() => void process.kill(agentPid));

describe("requireLogIn", () => {
  it.each(["cdktf deploy ec2", "cdktf apply *", "cdktf watch ec2"])("fails without an agent: %s", (words) => {
    expect(() => run(words, {})).toThrow(
      /^ssh\.privateKeyFile: expected an SSH agent with a key, .* to mount the data volume, got no agent: SSH_AUTH_SOCK is not set; run ssh-add .* or set ssh\.privateKeyFile/,
    );
  });

  it("fails without an agent if a destroy has to unmount", () => {
    expect(() => run("cdktf destroy ec2", {})).toThrow("to unmount the data volume, got no agent");
    expect(() => run("cdktf destroy ec2", {}, { EC2_UNMOUNT_OVER_SSH: "false" })).not.toThrow();
  });

  it("fails for an agent that no longer runs", () => {
    expect(() => run("cdktf deploy ec2", { ...withAgent, SSH_AUTH_SOCK: join(directory, "gone") })).toThrow(
      `got no answer from the agent at ${join(directory, "gone")} (SSH_AUTH_SOCK)`,
    );
  });

  it("fails for an agent without keys or with others, and accepts one that also has the machine's", () => {
    expect(() => run("cdktf deploy ec2", withAgent)).toThrow("got one without keys");
    const add = (name: string) => {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(directory, name)]);
      execFileSync("ssh-add", ["-q", join(directory, name)], { env: withAgent });
      return join(directory, `${name}.pub`);
    };
    const another = add("another");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(directory, "machine")]);
    const machine = { SSH_PUBLIC_KEY_FILE: join(directory, "machine.pub") };
    expect(() => run("cdktf deploy ec2", withAgent, machine)).toThrow(
      `ssh.publicKeyFile: expected the SSH agent to have the key of ${directory}/machine.pub, since Terraform logs in ` +
        `with it to mount the data volume, got one with another key; run ssh-add ${directory}/machine where the agent runs`,
    );
    add("third");
    expect(() => run("cdktf deploy ec2", withAgent, machine)).toThrow("got one with 2 other keys");
    expect(() => run("cdktf deploy ec2", withAgent, { SSH_PUBLIC_KEY_FILE: another })).not.toThrow();
    // The machine may have been made with an older key, whose file is in the state.
    expect(() => run("cdktf destroy ec2", withAgent, machine)).not.toThrow();
    // The plan reports a missing file.
    expect(() => run("cdktf deploy ec2", withAgent, { SSH_PUBLIC_KEY_FILE: "/nowhere.pub" })).not.toThrow();
  });

  it.each([
    "cdktf synth",
    "cdktf diff ec2",
    "cdktf list",
    "cdktf output ec2",
    "cdktf deploy ebs",
    "cdktf destroy state",
  ])("needs no agent: %s", (words) => {
    expect(() => run(words, {})).not.toThrow();
  });

  it("needs no agent with a private key file", () => {
    expect(() => run("cdktf deploy ec2", {}, { SSH_PRIVATE_KEY_FILE: "/nowhere/id_ed25519" })).not.toThrow();
  });

  it("fails with the files of two keys when a machine would get one of them", () => {
    for (const name of ["one", "two"]) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(directory, name)]);
    }
    const pair = (name: string) => ({
      SSH_PRIVATE_KEY_FILE: join(directory, "one"),
      SSH_PUBLIC_KEY_FILE: join(directory, `${name}.pub`),
    });
    expect(() => run("cdktf deploy ec2", {}, pair("two"))).toThrow(
      `ssh.privateKeyFile: expected the private key of ${directory}/two.pub (ssh.publicKeyFile), which the machine gets, ` +
        `got that of another key in ${directory}/one; name the two files of one key`,
    );
    expect(() => run("cdktf deploy ec2", {}, pair("one"))).not.toThrow();
    // The machine may have been made with an older key, whose file is in the state.
    expect(() => run("cdktf destroy ec2", {}, pair("two"))).not.toThrow();
  });

  it("fails with both key files if Terraform can use neither", () => {
    const key = join(directory, "others");
    writeFileSync(key, "a key", { mode: 0o644 });
    const values = { SSH_PRIVATE_KEY_FILE: key, SSH_PUBLIC_KEY_FILE: key };
    expect(() => run("cdktf deploy ec2", {}, values)).toThrow(
      /^ssh\.publicKeyFile: expected an OpenSSH public key .*\nssh\.privateKeyFile: expected .* readable by its owner alone/,
    );
    expect(() => run("cdktf synth", {}, values)).not.toThrow();
    expect(() => run("cdktf deploy ebs", {}, values)).not.toThrow();
  });
});

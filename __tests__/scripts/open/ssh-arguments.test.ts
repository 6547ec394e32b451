import { homedir } from "node:os";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { logInCommand, sshArguments } from "../../../scripts/open/ssh-arguments";
import { openTarget } from "../../../scripts/open/target";
import { settingsWith } from "../../stacks/synthesize";
import { running } from "./fake-place";

const target = (values: Record<string, string> = {}) =>
  openTarget(settingsWith({ SSH_PRIVATE_KEY_FILE: "/keys/id", ...values }));
const args = (values?: Record<string, string>) =>
  sshArguments(running, target(values), { from: 20941, to: 20001 }, "workbench-jupyter");

/** The options with which ssh would log in. */
const readBySsh = async (values?: Record<string, string>) =>
  (await execa("ssh", ["-F", "/dev/null", "-G", ...args(values)])).stdout.split("\n");

describe("ssh reads", () => {
  test.each([
    "hostname 203.0.113.7",
    "user admin",
    "port 2222",
    "batchmode yes",
    "exitonforwardfailure yes",
    "localforward [127.0.0.1]:20941 [127.0.0.1]:20001",
    "hostkeyalias i-1",
    `userknownhostsfile ${homedir()}/.ssh/known_hosts_workbench`,
    "stricthostkeychecking accept-new",
    "identityfile /keys/id",
    "identitiesonly yes",
    "serveraliveinterval 15",
    "connecttimeout 10",
    "forwardagent no",
    "requesttty false",
  ])("%s", async (option) => {
    expect(await readBySsh()).toContain(option);
  });

  test("a key whose path has spaces, quotes and percent signs", async () => {
    expect(await readBySsh({ SSH_PRIVATE_KEY_FILE: '/my keys/100%\\"' })).toContain('identityfile /my keys/100%%\\"');
  });

  test("other keys than the first one, if the settings name no private key", async () => {
    const values = { SSH_PRIVATE_KEY_FILE: "", SSH_PUBLIC_KEY_FILE: "/nowhere.pub" };
    expect(await readBySsh(values)).toContain("identitiesonly no");
  });
});

test("the command for messages is the one that the stack's output has, without its ports", () => {
  expect(logInCommand(running, target())).toBe(
    "ssh -i /keys/id -p 2222 -o HostKeyAlias=i-1 -o UserKnownHostsFile=~/.ssh/known_hosts_workbench " +
      "-o StrictHostKeyChecking=accept-new admin@203.0.113.7",
  );
});

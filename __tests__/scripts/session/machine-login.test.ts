import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, test } from "vitest";
import { machineLogin } from "../../../scripts/session/machine-login";
import { projectRoot } from "../../../scripts/support/project";
import { temporaryFolder } from "../../temporary-folder";

let home: string;
beforeEach(() => {
  home = temporaryFolder("machine-login-");
  mkdirSync(path.join(home, "ssh"));
  mkdirSync(path.join(home, "state", "local"), { recursive: true });
  deploy({ address: { value: "198.18.0.9" } });
});

function deploy(outputs: object): void {
  writeFileSync(path.join(home, "state", "local", "ec2.tfstate"), JSON.stringify({ outputs }));
}

const login = (...args: string[]) =>
  machineLogin(
    {
      settings: {
        environment: "local",
        state: { directory: path.join(home, "state") },
        ssh: { user: "admin", port: 2222, privateKeyFile: "keys/id" },
      },
      localAws: { home },
    },
    { name: "ec2", sshAddress: "address" },
    args,
  );

/** The options with which ssh would log in. */
async function readBySsh(...args: string[]): Promise<string[]> {
  return (await execa("ssh", ["-G", ...login(...args)])).stdout.split("\n");
}

const MACHINE = ["hostname 198.18.0.9", "user admin", "port 2222", `identityfile ${projectRoot}/keys/id`];

describe("ssh logs in to the machine", () => {
  test.each([
    ["with no argument", [], "requesttty auto"],
    ["with a command", ["echo hi"], "requesttty auto"],
    ["with a command that has options of its own", ["ls", "-p", "/data"], "requesttty auto"],
    ["with an option before a command", ["-t", "sudo", "-i"], "requesttty true"],
    ["with an option that has a value", ["-o", "ServerAliveInterval=5", "-v", "true"], "serveraliveinterval 5"],
    ["with a tunnel", ["-L", "8888:localhost:8888"], "localforward 8888 [localhost]:8888"],
    ["with a tunnel in one word", ["-L8888:localhost:8888", "uptime"], "localforward 8888 [localhost]:8888"],
    ["with a tunnel and no command", ["-NL", "8888:localhost:8888"], "sessiontype none"],
  ])("%s", async (_what, args, option) => {
    expect(await readBySsh(...args)).toEqual(expect.arrayContaining([...MACHINE, option]));
  });
});

test("an option of the command line wins", async () => {
  expect(await readBySsh("-p", "2200")).toContain("port 2200");
});

test("a new machine's address takes the place of the old one's", async () => {
  login();
  deploy({ address: { value: "198.18.0.10" } });
  expect(await readBySsh()).toContain("hostname 198.18.0.10");
});

test("only the user can read the file that ssh is given", () => {
  const [, file = ""] = login();
  expect(readFileSync(file, "utf8")).toContain("HostName 198.18.0.9\n");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each([
  ["a stack that is not deployed", () => rmSync(path.join(home, "state"), { recursive: true })],
  ["a stack without a machine", () => deploy({})],
])("fails for %s with the command that deploys one", (_what, change) => {
  change();
  expect(() => login()).toThrow(
    `no development machine is deployed (${home}/state/local/ec2.tfstate has no output address): npm start deploys it`,
  );
});

import { describe, expect, test } from "vitest";
import { loginArguments } from "../../../scripts/session/machine-login";
import { projectRoot } from "../../../scripts/support/project";

const settings = { user: "admin", port: 2222, privateKeyFile: "keys/id" };
const ADDRESS = "198.18.0.9";

test("ssh logs in as the settings say, and trusts a machine whose host key is always new", () => {
  expect(loginArguments(settings, ADDRESS, []).join(" ")).toBe(
    `-i ${projectRoot}/keys/id -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o IdentitiesOnly=yes -p 2222 -l admin ${ADDRESS}`,
  );
});

test("without a key file it offers what ssh has by itself", () => {
  expect(loginArguments({ ...settings, privateKeyFile: null }, ADDRESS, [])).not.toContain("-i");
});

describe("the address stands after the options and before the command", () => {
  test.each([
    ["uptime", `${ADDRESS} uptime`],
    ["ls -l /data", `${ADDRESS} ls -l /data`],
    ["-t sudo -i", `-t ${ADDRESS} sudo -i`],
    ["-L 8888:localhost:8888", `-L 8888:localhost:8888 ${ADDRESS}`],
    ["-L8888:localhost:8888 uptime", `-L8888:localhost:8888 ${ADDRESS} uptime`],
    ["-L 1:localhost:1 -L 2:localhost:2 -N", `-L 1:localhost:1 -L 2:localhost:2 -N ${ADDRESS}`],
    ["-NL 8888:localhost:8888", `-NL 8888:localhost:8888 ${ADDRESS}`],
    ["-o ServerAliveInterval=5 -v true", `-o ServerAliveInterval=5 -v ${ADDRESS} true`],
  ])("%s", (args, expected) => {
    const login = loginArguments(settings, ADDRESS, args.split(" "));
    expect(login.join(" ").split(" -l admin ")[1]).toBe(expected);
  });
});

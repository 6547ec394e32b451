import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ApiOnly } from "./api-only";

let api: ApiOnly;
beforeAll(async () => {
  api = await ApiOnly.make();
});
afterAll(() => api.remove());

/** Lists the processes whose command line or working directory contains the folder. */
async function processesOf(folder: string): Promise<string[]> {
  const found = await execa("bash", [
    "-c",
    'for p in /proc/[0-9]*; do line=$(readlink $p/cwd; tr "\\0" " " <$p/cmdline); [[ $p != /proc/$$ && $line == *"$1"* ]] && echo $line; done; true',
    "-",
    folder,
  ]);
  return found.stdout.split("\n").filter((line) => line !== "");
}

describe("npm run local", () => {
  test("without a command prints its usage", async () => {
    const result = await api.run("local", []);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(/usage: npm run local -- <command>/);
  });

  test("runs in the caller's folder, and exits with the command's exit code", async () => {
    const result = await api.run("local", ["bash", "-c", "pwd; exit 7"]);
    expect(result.stdout).toBe(api.folder);
    expect(result.exitCode).toBe(7);
  });

  test("keeps the messages of set-up out of the command's output", async () => {
    const result = await api.run("local", ["aws", "ec2", "describe-volumes"]);
    expect(JSON.parse(String(result.stdout))).toEqual({ Volumes: [] });
  });

  test("fails for a command that does not exist", async () => {
    const result = await api.run("local", ["no-such-command"]);
    expect(result.stderr).toBe("error: no-such-command: no such command on the PATH");
    expect(result.exitCode).toBe(127);
  });

  test("ends with its command's signal", async () => {
    const result = await api.run("local", ["bash", "-c", "kill -TERM $$"]);
    expect(result.exitCode).toBe(128 + 15);
  });

  test("fails to log in when there is no machine, and says how to make one", async () => {
    const result = await api.run("local", ["ssh"]);
    expect(result.stderr).toMatch(/^error: no development machine is deployed \(.*\): npm start deploys it$/);
    expect(result.exitCode).toBe(1);
  });

  test("fails for a wrong option of open, and starts nothing", async () => {
    const result = await api.run("local", ["open", "--notebook"]);
    expect(result.stderr).toMatch(/^error: unknown option '--notebook'; usage: npm run open /);
    expect(result.exitCode).toBe(2);
  });

  test("never takes the caller's WORKBENCH_ENV, which is for a real account", async () => {
    const result = await api.run("local", ["printenv", "WORKBENCH_ENV"], {
      ...process.env,
      WORKBENCH_ENV: "production",
    });
    expect(result.stdout).toBe("local");
  });

  test("fails for an image source that does not exist", async () => {
    const environment = { ...process.env, WORKBENCH_EC2_IMAGE_SOURCE: "debain" };
    const result = await api.run("local", ["true"], environment);
    expect(result.stderr).toContain(
      'WORKBENCH_EC2_IMAGE_SOURCE: ec2.image.source: expected one of workbench, debian, id, got "debain"',
    );
    expect(result.exitCode).toBe(1);
  });
});

describe("npm start", () => {
  test("after Ctrl-C lets Terraform save its state and leaves nothing running, and continues when run again", async () => {
    const running = api.run("start", [], process.env, { detached: true });
    const made = vi.waitFor(async () => expect(await api.volumes()).not.toEqual([]), {
      timeout: 600_000,
      interval: 100,
    });
    const ended = running.then(({ all }) => expect.unreachable(`npm start ended before it made a volume:\n${all}`));
    await Promise.race([made, ended]);
    process.kill(-(running.pid ?? 0), "SIGINT");
    const stopped = await running;
    const interrupted =
      /error: interrupted: stack [\w-]+( was not begun|: Terraform saved what it had done); run the command again to go on$/;
    // On a busy computer everything may be done before Terraform has a quiet moment in which to stop it.
    const done = /^Left out: ec2/m;
    expect(stopped.all).toMatch(stopped.exitCode === 0 ? done : interrupted);
    expect([0, 130]).toContain(stopped.exitCode);
    expect(await processesOf(path.join(api.home, "cdktf.out"))).toEqual([]);

    const again = await api.run("start", []);
    expect(again.all).toMatch(/ebs: (\d+ added|nothing to do)/);
    expect(again.exitCode, String(again.all)).toBe(0);
    const volumes = await api.run("local", ["aws", "ec2", "describe-volumes", "--query", "length(Volumes)"]);
    // One of ebs, and one of ecs-data.
    expect(volumes.stdout).toBe("2");
  });

  test("reports what it made, what it left out and why, and how to go on", async () => {
    const { stdout, exitCode } = await api.run("start", []);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/│ ebs +│ nothing to do +│ availability_zone +│ eu-west-1a/);
    expect(stdout).toContain(
      "Left out: ec2, ecs, since machines cannot run here:\n  - LOCAL_AWS_MACHINES=false asks for none",
    );
    expect(stdout).toContain("npm stop -- --clean");
    expect(stdout).toMatch(/WORKBENCH_ENV=<name> npx cdktf deploy/);
  });

  test("fails with one sentence when its port is taken, and starts nothing", async () => {
    const server = createServer((_request, response) => response.end("mine"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const port = (server.address() as { port: number }).port;
    const home = path.join(api.folder, "other-home");
    const result = await api.run("start", [], process.env, {
      env: { ...process.env, LOCAL_AWS_HOME: home, LOCAL_AWS_PORT: String(port) },
    });
    server.close();
    expect(result.all).toMatch(
      new RegExp(`^error: port ${port} on 127\\.0\\.0\\.1 is taken by .*\\(pid ${process.pid}\\): end that`, "m"),
    );
    expect(result.exitCode).toBe(1);
    expect(existsSync(path.join(home, "server.lock"))).toBe(false);
  });
});

test("npm run synth writes the stacks of the local settings by default", async () => {
  const out = path.join(api.folder, "cdktf.out");
  const result = await api.run("synth", [], {
    ...process.env,
    WORKBENCH_ENV: "",
    CDKTF_OUTPUT: out,
    CDKTF_OUTDIR: out,
  });
  expect(result.exitCode, String(result.all)).toBe(0);
  const stack = readFileSync(path.join(out, "stacks", "ebs", "cdk.tf.json"), "utf8");
  expect(stack).toContain('"Environment": "local"');
});

test.each(["start", "check"])("npm run %s fails for an argument, because it takes none", async (command) => {
  const result = await api.run(command, ["--clean"]);
  expect(result.stderr).toMatch(/^error: unknown option '--clean'; usage: npm .*, without arguments; .*$/);
  expect(result.exitCode).toBe(2);
});

test.each([
  ["test", "--clean", /^error: unknown option '--clean'; usage: npm test \[-- <words>\]; .*$/],
  ["test", "no-such-test", /^error: expected a part of a test file's path or a tag \(.*\), got "no-such-test"; .*$/],
  ["test", "killed-stories", /^error: "killed-stories" concerns only deep tests: npm run test:deep -- killed-stories$/],
  ["test-deep", "ruff", /^error: expected a part of a test file's path or a tag \(.*\), got "ruff"; .*$/],
])("%s fails for %s, and runs nothing", async (command, argument, sentence) => {
  const result = await api.run(command, [argument]);
  expect(result.stderr).toMatch(sentence);
  expect(result.exitCode).toBe(2);
});

test.each([
  "bench",
  "check",
  "generate-packer",
  "generate-settings",
  "local",
  "open",
  "retire-images",
  "retire-volume",
  "start",
  "stop",
  "test",
  "test-deep",
])("%s --help prints its usage, and runs nothing", async (command) => {
  const result = await api.run(command, ["--help"]);
  expect(result.stdout).toMatch(/^usage: npm (start|stop|test|run \S+)/m);
  expect(result.stderr).toBe("");
  expect(result.exitCode).toBe(0);
});

test("fails with one sentence when Terraform is too old, and makes nothing", async () => {
  const bin = path.join(api.folder, "old");
  mkdirSync(bin);
  writeFileSync(
    path.join(bin, "terraform"),
    '#!/bin/sh\necho \'{"terraform_version":"1.5.7","platform":"linux_amd64"}\'\n',
  );
  chmodSync(path.join(bin, "terraform"), 0o755);
  const home = path.join(api.folder, "never-made");
  const environment = {
    ...process.env,
    PATH: `${bin}:/usr/bin:/bin`,
    LOCAL_AWS_HOME: home,
    LOCAL_AWS_MACHINES: "false",
  };
  const result = await api.run("start", [], process.env, { env: environment });
  expect(result.all).toMatch(/^error: \S+\/old\/terraform is Terraform 1\.5\.7: Workbench needs 1\.11 or newer; .*$/m);
  expect(result.exitCode).toBe(1);
  expect(existsSync(home)).toBe(false);
});

describe("npm stop", () => {
  test("keeps deployed resources", async () => {
    expect(await processesOf(api.home)).toContainEqual(expect.stringContaining("local_aws serve"));
    expect((await api.run("stop", [])).exitCode).toBe(0);
    expect(await processesOf(api.home)).toEqual([]);
    const volumes = await api.run("local", ["aws", "ec2", "describe-volumes", "--query", "length(Volumes)"]);
    // One of ebs, and one of ecs-data.
    expect(volumes.stdout).toBe("2");
  });

  test("with --clean removes everything", async () => {
    expect((await api.run("stop", ["--clean"])).exitCode).toBe(0);
    expect(existsSync(api.home)).toBe(false);
  });

  test("fails for an unknown option", async () => {
    const result = await api.run("stop", ["--forget"]);
    expect(result.stderr).toMatch(/^error: unknown option '--forget'; usage: npm stop \[-- --clean\]/);
    expect(result.exitCode).toBe(2);
  });
});

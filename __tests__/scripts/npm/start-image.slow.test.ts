import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { machineObstacles, thisHost } from "../../../scripts/setup/machine-obstacles";
import { findPacker } from "../../../scripts/setup/packer";
import { describeTool, missingTools } from "../../../scripts/setup/tools";
import { cacheDirectory } from "../../../scripts/support/project";
import { ApiOnly } from "./api-only";

const [reason] = [...machineObstacles(thisHost()), ...missingTools(["machines"]).map(describeTool)];

/** Why Packer cannot build images here. Undefined where it can. */
const missingPacker = await findPacker().then(
  () => undefined,
  (error: Error) => error.message,
);

/** A fake Packer that passes all checks. Tests add the build. */
const PACKER = `#!/bin/bash
case $1 in
  version) echo 'Packer v1.16.0';;
  plugins) echo '/plugins/packer-plugin-amazon_v1.8.0_x5.0_linux_amd64';;
  build) `;

let api: ApiOnly;
/** The environment of a computer without Packer and Go, except for what tests put into `bin`. */
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  api = await ApiOnly.make();
  const cache = path.join(api.folder, "cache");
  mkdirSync(path.join(cache, "workbench"), { recursive: true });
  symlinkSync(path.join(cacheDirectory(), "base-image"), path.join(cache, "workbench", "base-image"));
  environment = {
    ...process.env,
    PATH: [path.join(api.folder, "bin"), ...pathWithout(["packer", "go"])].join(path.delimiter),
    XDG_CACHE_HOME: cache,
  };
});
afterAll(() => api.remove());

/** The folders of the PATH. Replaces a folder that has one of the programs by a copy without them. */
function pathWithout(programs: readonly string[]): string[] {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.map((folder, index) => {
    const names = list(folder);
    if (!programs.some((program) => names.includes(program))) return folder;
    const without = path.join(api.folder, `path-${index}`);
    mkdirSync(without);
    for (const name of names.filter((each) => !programs.includes(each))) {
      symlinkSync(path.join(folder, name), path.join(without, name));
    }
    return without;
  });
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function installPacker(build: string): void {
  const file = path.join(api.folder, "bin", "packer");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${PACKER}${build};;\nesac\n`);
  chmodSync(file, 0o755);
}

/** Runs `npm start` with machines. */
function begin(source: NodeJS.ProcessEnv) {
  const env = { ...source, ...api.variables, LOCAL_AWS_MACHINES: "" };
  return api.run("start", [], env, { env });
}

async function start(): Promise<{ exitCode: number | undefined; all: string; machineLines: string[] }> {
  const { exitCode, all } = await begin(environment);
  const lines = String(all).split("\n");
  return { exitCode, all: String(all), machineLines: lines.filter((line) => line.includes("REPL")) };
}

/** Runs `npm run local -- aws ec2 <call> --query <query>`. */
async function aws(call: string, query: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await api.run("local", ["aws", "ec2", call, "--query", query, ...args]);
  return JSON.parse(String(stdout));
}

describe.skipIf(reason !== undefined)(`npm start and the image${reason ? ` (${reason})` : ""}`, () => {
  test("without Packer boots Debian's own image, and says in one line how to get Packer", async () => {
    const { exitCode, all, machineLines } = await start();
    expect(all).toMatch(/ec2: \d+ added/);
    expect(machineLines).toEqual([
      expect.stringMatching(
        /^No REPL or JupyterLab: {6}the machine boots Debian's own image; packer is not on the PATH: .*; install it from https:.* or Go .* which builds it, and run the command again$/,
      ),
    ]);
    expect(all).toMatch(/^Left out: ecs, whose image could not be built:\n {2}- packer is not on the PATH: /m);
    expect(exitCode).toBe(0);
  });

  const noPacker = missingPacker === undefined ? "" : ` (${missingPacker})`;
  test.skipIf(noPacker !== "")(`after Ctrl-C waits until Packer has removed what it made${noPacker}`, async () => {
    const running = begin(process.env);
    let seen = "";
    running.all?.on("data", (data) => {
      seen += data;
    });
    while (!/image: (boot|check-machine|install-packages)/.test(seen)) {
      if (running.exitCode !== null) throw new Error(`expected the build to begin, got:\n${seen}`);
      await sleep(100);
    }
    running.kill("SIGINT");
    const { all, exitCode } = await running;
    // The message names the task that stopped first: the image, or a stack beside it.
    expect(all).toMatch(/^✖ image: .*^error: interrupted: \S+/ms);
    expect(exitCode).toBe(130);
    expect(
      await aws("describe-instances", "Reservations[].Instances[?State.Name!='terminated'].InstanceId[]"),
    ).toHaveLength(1);
    expect(await aws("describe-key-pairs", "KeyPairs[].KeyName")).toEqual(["workbench-local-machine"]);
    expect(await aws("describe-images", "Images[].ImageId", "--owners", "self")).toEqual([]);
  });

  test("after a failed build goes on with Debian's own image, and says in one line why", async () => {
    installPacker(`
        echo '==> amazon-ebs.workbench: Provisioning with shell script: packer/workbench/provision/install-packages'
        echo '==> amazon-ebs.workbench: install-packages: apt-get update failed: give the build machine a way to Debian'
        echo '==> amazon-ebs.workbench: Provisioning step had errors: Running the cleanup provisioner, if present...'
        exit 1`);
    const { exitCode, all, machineLines } = await start();
    expect(all).toMatch(/^↓ image: .* not built \(see below\)/m);
    expect(machineLines).toEqual([
      "No REPL or JupyterLab:      the machine boots Debian's own image; " +
        "install-packages: apt-get update failed: give the build machine a way to Debian; " +
        "see .workbench/logs/packer-build-workbench.log",
    ]);
    expect(all).toMatch(
      /^Left out: ecs, whose image could not be built:\n {2}- install-packages: apt-get update failed: /m,
    );
    expect(exitCode).toBe(0);
  });

  test("builds an image once, and replaces no machine", async () => {
    // An image of the machine itself will do, because the test does not look into the image.
    installPacker(`
        [[ $* = *packer/workbench* ]] || exit 1
        machine=$(aws ec2 describe-instances --filters Name=instance-state-name,Values=running --query 'Reservations[].Instances[].InstanceId' --output text)
        aws ec2 create-image --no-reboot --instance-id "$machine" --name workbench-workbench-amd64-1 \\
          --tag-specifications 'ResourceType=image,Tags=[{Key=Project,Value=workbench},{Key=Image,Value=workbench}]' || exit 1
        # Packer ends when its image is available.
        for _ in $(seq 300); do
          [ "$(aws ec2 describe-images --owners self --query 'Images[].State' --output text)" = available ] && exit 0
          sleep 1
        done
        exit 1`);
    const built = await start();
    expect(built.all).toContain("✔ image: workbench-workbench-amd64-1 [");
    expect(built.all).toContain("✔ ec2: nothing to do");
    expect(built.machineLines).toEqual([
      "No REPL or JupyterLab:      the machine was made before workbench-workbench-amd64-1; " +
        "npm run local -- npx cdktf destroy ec2, then npm start, makes a new one",
    ]);

    const again = await start();
    expect(again.all).not.toMatch(/image: .*workbench-workbench|packer\/workbench/);
    expect(again.all).toContain("✔ ec2: nothing to do");
  });
});

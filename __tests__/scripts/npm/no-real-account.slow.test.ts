import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { venvPython } from "../../../scripts/setup/python-env";
import { cacheDirectory } from "../../../scripts/support/project";
import { ApiOnly } from "./api-only";

/** The account of the local AWS. */
const LOCAL_ACCOUNT = "123456789012";

let api: ApiOnly;
/** Stands for everything outside the local AWS. No command may connect to it. */
let canary: Server;
let connections: string[];
/** The `credential_process` makes this file if a command ever runs it. */
let credentialsAsked: string;

beforeAll(async () => {
  api = await ApiOnly.make();
  credentialsAsked = path.join(api.folder, "credentials-asked");
  canary = createServer((socket) => {
    socket.once("data", (data) => connections.push(data.toString("latin1").slice(0, 80)));
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    connections.push("connected");
  });
  await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => {
  connections = [];
});
afterAll(async () => {
  canary.close();
  await api.remove();
});

/** The shell of a user of a real account, in which everything that can lead a tool to that account does so. */
function hostileEnvironment(): NodeJS.ProcessEnv {
  const url = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`;
  const home = path.join(api.folder, "hostile-home");
  mkdirSync(path.join(home, ".aws"), { recursive: true });
  const profile = `region = us-east-1\nendpoint_url = ${url}\ncredential_process = touch ${credentialsAsked}\n`;
  writeFileSync(path.join(home, ".aws", "config"), `[default]\n${profile}[profile production]\n${profile}`);
  writeFileSync(
    path.join(home, ".aws", "credentials"),
    "[default]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n",
  );
  writeFileSync(
    path.join(home, ".terraformrc"),
    `provider_installation {\n  network_mirror {\n    url = "${url}/"\n  }\n}\n`,
  );
  const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"];
  const services = ["", "_EC2", "_STS", "_S3", "_IAM", "_DLM", "_KMS", "_SSM"].map(
    (service) => `AWS_ENDPOINT_URL${service}`,
  );
  return {
    PATH: process.env["PATH"],
    HOME: home,
    // Use the cache that set-up has filled.
    XDG_CACHE_HOME: path.dirname(cacheDirectory()),
    ...Object.fromEntries([...proxies, ...services].map((name) => [name, url])),
    AWS_PROFILE: "production",
    AWS_DEFAULT_PROFILE: "production",
    AWS_ACCESS_KEY_ID: "AKIAREAL",
    AWS_SECRET_ACCESS_KEY: "real",
    AWS_SESSION_TOKEN: "real",
    AWS_REGION: "us-east-1",
    AWS_CONFIG_FILE: path.join(home, ".aws", "config"),
    AWS_SHARED_CREDENTIALS_FILE: path.join(home, ".aws", "credentials"),
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/credentials`,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
    AWS_ROLE_ARN: "arn:aws:iam::999999999999:role/production",
    AWS_WEB_IDENTITY_TOKEN_FILE: path.join(home, ".aws", "credentials"),
    TF_CLI_CONFIG_FILE: path.join(home, ".terraformrc"),
    TF_CLI_ARGS: "-no-such-option",
    TF_CLI_ARGS_apply: "-destroy",
    TF_WORKSPACE: "production",
    TF_DATA_DIR: path.join(home, "terraform-data"),
    TF_VAR_zone: "us-east-1a",
    TF_REATTACH_PROVIDERS: "not json",
    CDKTF_OUTDIR: path.join(home, "cdktf.out"),
    WORKBENCH_ENV: "production",
    WORKBENCH_AWS_PROFILE: "production",
    WORKBENCH_STATE_BUCKET: "production-state",
    WORKBENCH_STATE_DIRECTORY: "production-state",
    NODE_OPTIONS: "",
  };
}

test("the canary sees a command that calls a real account", async () => {
  const { AWS_PROFILE: _profile, AWS_DEFAULT_PROFILE: _default, ...environment } = hostileEnvironment();
  const aws = path.join(path.dirname(venvPython), "aws");
  await execa(aws, ["sts", "get-caller-identity"], {
    env: { ...environment, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false" },
    extendEnv: false,
    reject: false,
    timeout: 600_000,
  });
  expect(connections.length).toBeGreaterThan(0);
});

test("npm start deploys only to the local AWS", async () => {
  const result = await api.run("start", [], hostileEnvironment());
  expect(result.all).toContain("availability_zone");
  expect(result.exitCode).toBe(0);
  expect(connections).toEqual([]);
  expect(existsSync(credentialsAsked)).toBe(false);
});

test("npm run local reaches only the local AWS's account", async () => {
  const identity = await api.run(
    "local",
    ["aws", "sts", "get-caller-identity", "--query", "Account"],
    hostileEnvironment(),
  );
  expect(identity.stdout).toBe(`"${LOCAL_ACCOUNT}"`);
  const volumes = await api.run(
    "local",
    ["aws", "ec2", "describe-volumes", "--query", "length(Volumes)"],
    hostileEnvironment(),
  );
  const made = await api.volumes();
  expect(made).not.toEqual([]);
  expect(volumes.stdout).toBe(String(made.length));
  expect(connections).toEqual([]);
  expect(existsSync(credentialsAsked)).toBe(false);
});

test("npm run local -- terraform plans and applies only in the local AWS", async () => {
  writeFileSync(
    path.join(api.folder, "main.tf.json"),
    JSON.stringify({
      terraform: { required_providers: { aws: { source: "aws" } } },
      provider: { aws: {} },
      variable: { zone: { default: "eu-west-1a" } },
      resource: { aws_ebs_volume: { small: { availability_zone: "$" + "{var.zone}", size: 1 } } },
      data: { aws_caller_identity: { current: {} } },
      output: { account: { value: "$" + "{data.aws_caller_identity.current.account_id}" } },
    }),
  );
  for (const args of [["init"], ["plan"], ["apply", "-auto-approve"]]) {
    const result = await api.run("local", ["terraform", ...args, "-no-color"], hostileEnvironment());
    expect(result.all).not.toContain("Error");
    expect(result.exitCode).toBe(0);
  }
  const outputs = await api.run("local", ["terraform", "output", "-raw", "account"], hostileEnvironment());
  expect(outputs.stdout).toBe(LOCAL_ACCOUNT);
  const state = await api.run("local", ["terraform", "show", "-json"], hostileEnvironment());
  expect(state.stdout).toContain('"availability_zone":"eu-west-1a"');
  expect(connections).toEqual([]);
  expect(existsSync(credentialsAsked)).toBe(false);
});

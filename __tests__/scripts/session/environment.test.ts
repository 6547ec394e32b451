import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { localEnvironment, testEnvironment } from "../../../scripts/session/environment";
import { projectRoot } from "../../../scripts/support/project";

const localAws = { home: path.join(projectRoot, ".workbench/local-aws"), port: 4760, network: "198.18.0.0/20" };
const terraform = { mirror: { path: "/mirror", layout: "unpacked" as const } };
const key = { accessKeyId: "LOCALAWSKEY", secretAccessKey: "secret" };
const local = (source: NodeJS.ProcessEnv) =>
  localEnvironment(localAws, { source, region: "eu-west-1", terraform, key });

/** Variables that could lead a tool to an account, change what Terraform does, or carry a real deployment's setting. */
const HOSTILE = [
  ...["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_PROFILE"],
  ...["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"],
  ...["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EC2", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_USE_FIPS_ENDPOINT"],
  ...["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SOMETHING_THAT_COMES_NEXT_YEAR"],
  ...[
    "TF_VAR_profile",
    "TF_CLI_ARGS",
    "TF_CLI_ARGS_plan",
    "TF_WORKSPACE",
    "TF_DATA_DIR",
    "TF_CLI_CONFIG_FILE",
    "TF_LOG",
  ],
  ...[
    "TF_REATTACH_PROVIDERS",
    "TF_TOKEN_app_terraform_io",
    "TF_PLUGIN_CACHE_DIR",
    "CDKTF_OUTDIR",
    "CDKTF_CONTEXT_JSON",
  ],
  ...[
    "WORKBENCH_ENV",
    "WORKBENCH_AWS_PROFILE",
    "WORKBENCH_STATE_BUCKET",
    "WORKBENCH_SSH_ALLOW_FROM",
    "WORKBENCH_SSH_PRIVATE_KEY_FILE",
  ],
  ...["PYTHONPATH", "PYTHONHOME", "NODE_OPTIONS", "LD_PRELOAD", "BASH_ENV"],
];

test("no variable that leads to an account passes", () => {
  const hostile = Object.fromEntries(HOSTILE.map((name) => [name, "hostile"]));
  const environment = local({ ...hostile, PATH: "/bin", HOME: "/home/ada" });
  expect(Object.entries(environment).filter(([, value]) => value?.includes("hostile"))).toEqual([]);
});

test("the environment is the same with and without such variables", () => {
  const kept = { PATH: "/bin", HOME: "/home/ada", SSH_AUTH_SOCK: "/agent" };
  const name = fc.oneof(fc.constantFrom(...HOSTILE), fc.stringMatching(/^(AWS|TF|CDKTF|WORKBENCH)_[A-Z_]{1,20}$/));
  fc.assert(
    fc.property(fc.dictionary(name, fc.string()), (hostile) => {
      // These two pass: the operator's trust store, and the caller's choice of an image.
      for (const allowed of ["AWS_CA_BUNDLE", "WORKBENCH_EC2_IMAGE_SOURCE"]) delete hostile[allowed];
      expect(local({ ...hostile, ...kept })).toEqual(local(kept));
    }),
  );
});

describe("a command in this environment", () => {
  const environment = local({
    PATH: "/usr/bin",
    HOME: "/home/ada",
    HTTPS_PROXY: "http://proxy:3128",
    NO_PROXY: "corp",
  });

  test("talks to the local AWS", () => {
    expect(environment).toMatchObject({
      AWS_ENDPOINT_URL: "http://127.0.0.1:4760",
      AWS_ACCESS_KEY_ID: "LOCALAWSKEY",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_REGION: "eu-west-1",
      AWS_CONFIG_FILE: path.join(projectRoot, "scripts/local-aws/aws-config"),
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
    });
  });

  test("finds the project's own programs first", () => {
    expect(
      environment["PATH"]
        ?.split(":")
        .map((directory) => path.relative(projectRoot, directory))
        .slice(0, 4),
    ).toEqual(["scripts/session/programs", ".workbench/venv/bin", "node_modules/.bin", "scripts/local-aws/stand-ins"]);
    expect(environment["PATH"]).toMatch(/:\/usr\/bin$/);
  });

  test("reaches package registries through the caller's proxy, and this computer without it", () => {
    expect(environment["HTTPS_PROXY"]).toBe("http://proxy:3128");
    expect(environment["NO_PROXY"]).toBe("corp,127.0.0.1,localhost,::1,198.18.0.0/20");
    expect(environment["no_proxy"]).toBe(environment["NO_PROXY"]);
  });

  test("keeps its state and output apart from those of real deployments", () => {
    expect(environment).toMatchObject({
      WORKBENCH_ENV: "local",
      WORKBENCH_STATE_DIRECTORY: ".workbench/local-aws/state",
      WORKBENCH_STATE_BUCKET: "",
      WORKBENCH_AWS_PROFILE: "",
      WORKBENCH_SSH_PRIVATE_KEY_FILE: ".workbench/local-aws/ssh/id_ed25519",
    });
    expect(environment["CDKTF_OUTDIR"]).toBe(path.join(projectRoot, ".workbench/local-aws/cdktf.out"));
    expect(environment["CDKTF_OUTPUT"]).toBe(environment["CDKTF_OUTDIR"]);
  });

  test("locks providers from a mirror, if there is one", () => {
    expect(environment["TF_CLI_ARGS_providers_lock"]).toBe("-fs-mirror=/mirror");
    expect(localEnvironment(localAws, { source: {} })).not.toHaveProperty("TF_CLI_ARGS_providers_lock");
  });

  test.each([
    ["debian", "debian"],
    ["workbench", "workbench"],
    ["id", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("boots the image that the caller chose, except a real account's: %j", (chosen, expected) => {
    const source = chosen === undefined ? {} : { WORKBENCH_EC2_IMAGE_SOURCE: chosen };
    expect(local(source)["WORKBENCH_EC2_IMAGE_SOURCE"]).toBe(expected);
  });
});

test("tests see no account and none of the caller's settings", () => {
  const hostile = Object.fromEntries(HOSTILE.map((name) => [name, "hostile"]));
  const environment = testEnvironment({ ...hostile, PATH: "/bin" }, "/tmp/run");
  expect(Object.entries(environment).filter(([, value]) => value?.includes("hostile"))).toEqual([]);
  expect(environment).toMatchObject({
    TMPDIR: "/tmp/run",
    AWS_CONFIG_FILE: path.join(projectRoot, "scripts/local-aws/aws-config"),
  });
});

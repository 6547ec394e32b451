import path from "node:path";
import type { AccessKey } from "../local-aws/access-key";
import type { LocalAws } from "../local-aws/find-local-aws";
import { sshKeyFile } from "../setup/ssh-key";
import type { TerraformSetup } from "../setup/terraform-cli-config";
import { projectRoot, shown, terraformConfigFile, venvDirectory } from "../support/project";
import { imageChoices } from "./stack-images";

/** Inputs of {@link localEnvironment}. */
export interface EnvironmentOptions {
  /** The key of the local AWS. Absent before its first start. */
  readonly key?: AccessKey;
  /** The caller's environment. Only a few variables of it pass. */
  readonly source: NodeJS.ProcessEnv;
  /** Default region for tools. Absent before the settings are read. */
  readonly region?: string;
  readonly terraform?: Pick<TerraformSetup, "mirror">;
}

/**
 * The caller's variables that a command gets. Programs need them to find other programs, to use the terminal and the
 * SSH agent, and to reach package registries through the operator's proxy and trust store. This is an allow list, since
 * too many variables lead a tool to a real account: profiles, endpoints, plugins, roles, arguments of Terraform
 * commands.
 */
const PASSED_ON = [
  ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CI", "TZ"],
  ["LANG", "LC_ALL", "LC_CTYPE", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"],
  ["SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"],
  ["PIP_CERT", "GIT_SSL_CAINFO", "SSH_AUTH_SOCK"],
  // Where the caller's Docker is, which a release builds with.
  ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"],
  ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "NO_PROXY", "no_proxy"],
].flat();

/** Keeps tools from looking for an account in places other than variables. */
const noAccount = {
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: path.join(projectRoot, "scripts/local-aws/aws-config"),
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  CHECKPOINT_DISABLE: "1",
};

function passedOn(source: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(PASSED_ON.flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]])));
}

/** Puts the project's own programs first, and the local AWS's stand-ins for those that only a real account needs. */
function pathOf(source: NodeJS.ProcessEnv): string {
  const own = [
    path.join(projectRoot, "scripts", "session", "programs"),
    path.join(venvDirectory, "bin"),
    path.join(projectRoot, "node_modules", ".bin"),
    path.join(projectRoot, "scripts", "local-aws", "stand-ins"),
  ];
  return [...own, source["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"].join(path.delimiter);
}

/**
 * The whole environment of a command that talks only to the local AWS. Pass it alone: do not add the caller's
 * variables. Pure: reads only its arguments.
 */
export function localEnvironment(
  localAws: LocalAws,
  { source, region, terraform, key }: EnvironmentOptions,
): NodeJS.ProcessEnv {
  const home = path.resolve(projectRoot, localAws.home);
  const outdir = path.join(home, "cdktf.out");
  const mirror = terraform?.mirror.path;
  const unproxied = withoutProxy(source, localAws.network);
  return {
    ...passedOn(source),
    ...noAccount,
    PATH: pathOf(source),
    NO_PROXY: unproxied,
    no_proxy: unproxied,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${localAws.port}`,
    ...(key ? { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey } : {}),
    // Version 1 of the AWS CLI reads only the second name.
    ...(region ? { AWS_REGION: region, AWS_DEFAULT_REGION: region } : {}),
    AWS_PAGER: "",
    TF_IN_AUTOMATION: "1",
    TF_CLI_CONFIG_FILE: terraformConfigFile,
    // `cdktf deploy` locks providers for other platforms too. Without this it asks the registry, even with a mirror.
    ...(mirror ? { TF_CLI_ARGS_providers_lock: `-fs-mirror=${mirror}` } : {}),
    CDKTF_DISABLE_PLUGIN_CACHE_ENV: "true",
    // An output folder of its own, so that a real account and the local AWS never share a working directory. The cdktf
    // command reads the first name, the program reads the second.
    CDKTF_OUTPUT: outdir,
    CDKTF_OUTDIR: outdir,
    CDKTF_PARALLELISM: "1",
    DISABLE_VERSION_CHECK: "1",
    // The caller's WORKBENCH_ENV is for a real account, so it never passes. To try it here, run
    // `npm run local -- env WORKBENCH_ENV=… <command>`.
    WORKBENCH_ENV: "local",
    ...imageChoices(source),
    // Settings expect this path relative to the project.
    WORKBENCH_STATE_DIRECTORY: path.relative(projectRoot, path.join(home, "state")),
    WORKBENCH_STATE_BUCKET: "",
    WORKBENCH_AWS_PROFILE: "",
    WORKBENCH_SSH_PUBLIC_KEY_FILE: shown(`${sshKeyFile(home)}.pub`),
    WORKBENCH_SSH_PRIVATE_KEY_FILE: shown(sshKeyFile(home)),
  };
}

/**
 * The caller's variables for settings that do not pass. The caller's WORKBENCH_ENV never does, and is not among them.
 *
 * @param environment what {@link localEnvironment} made of `source`
 */
export function ignoredSettings(source: NodeJS.ProcessEnv, environment: NodeJS.ProcessEnv): string[] {
  const settings = Object.keys(source).filter((name) => name.startsWith("WORKBENCH_") && name !== "WORKBENCH_ENV");
  return settings.filter((name) => environment[name] !== source[name]).sort();
}

/**
 * The environment of test runners. It has a temporary folder of its own. It has no variable that leads to an account or
 * changes what a test sees.
 */
export function testEnvironment(source: NodeJS.ProcessEnv, temporary: string): NodeJS.ProcessEnv {
  return {
    ...passedOn(source),
    ...noAccount,
    PATH: pathOf(source),
    TMPDIR: temporary,
    PYTHONPATH: path.join(projectRoot, "scripts", "local-aws"),
  };
}

/** Adds the addresses of this computer and of its machines to the caller's NO_PROXY. */
function withoutProxy(source: NodeJS.ProcessEnv, network: string): string {
  const own = ["127.0.0.1", "localhost", "::1", network];
  const callers = (source["NO_PROXY"] ?? source["no_proxy"] ?? "").split(",").filter((host) => host !== "");
  return [...new Set([...callers, ...own])].join(",");
}

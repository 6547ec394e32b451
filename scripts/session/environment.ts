import path from "node:path";
import type { AccessKey } from "../local-aws/access-key";
import type { LocalAws } from "../local-aws/find-local-aws";
import { sshKeyFile } from "../setup/ssh-key";
import type { TerraformSetup } from "../setup/terraform-cli-config";
import { projectRoot, shown, terraformConfigFile, venvDirectory } from "../support/project";
import { imageChoices } from "./stack-images";

/** What {@link localEnvironment} cannot know by itself. */
export interface EnvironmentOptions {
  /** The key of the local AWS; absent before it was started. */
  readonly key?: AccessKey;
  /** The caller's environment, from which little is kept. */
  readonly source: NodeJS.ProcessEnv;
  /** Region for tools that are not told one otherwise; absent before settings were read. */
  readonly region?: string;
  readonly terraform?: Pick<TerraformSetup, "mirror">;
}

/**
 * What passes from the caller: finding programs, being a terminal, reaching package registries through the operator's
 * proxy and trust store, and the SSH agent. A list of what is let in, since what could lead a tool to a real account
 * (profiles, endpoints for each service, plugins, roles, arguments for every Terraform command) cannot be listed.
 */
const PASSED_ON = [
  ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CI", "TZ"],
  ["LANG", "LC_ALL", "LC_CTYPE", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"],
  ["SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"],
  ["PIP_CERT", "GIT_SSL_CAINFO", "SSH_AUTH_SOCK"],
  ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "NO_PROXY", "no_proxy"],
].flat();

/** Keeps tools from looking for an account where none of the variables says one is. */
const noAccount = {
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: path.join(projectRoot, "scripts/local-aws/aws-config"),
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  CHECKPOINT_DISABLE: "1",
};

function passedOn(source: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(PASSED_ON.flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]])));
}

/** The project's own programs first. */
function pathOf(source: NodeJS.ProcessEnv): string {
  const own = [path.join(venvDirectory, "bin"), path.join(projectRoot, "node_modules", ".bin")];
  return [...own, source["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"].join(path.delimiter);
}

/**
 * The whole environment of a command that talks to the local AWS and to nothing else: pass it without extending the
 * caller's. Pure: reads nothing but its arguments.
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
    // The AWS CLI of version 1 reads the second name only.
    ...(region ? { AWS_REGION: region, AWS_DEFAULT_REGION: region } : {}),
    AWS_PAGER: "",
    TF_IN_AUTOMATION: "1",
    TF_CLI_CONFIG_FILE: terraformConfigFile,
    // `cdktf deploy` locks providers for other platforms, and would ask the registry although there is a mirror.
    ...(mirror ? { TF_CLI_ARGS_providers_lock: `-fs-mirror=${mirror}` } : {}),
    CDKTF_DISABLE_PLUGIN_CACHE_ENV: "true",
    // Of its own, so that what is deployed for real and what is deployed here never share a working directory. The first is
    // read by the cdktf command, the second by the program.
    CDKTF_OUTPUT: outdir,
    CDKTF_OUTDIR: outdir,
    CDKTF_PARALLELISM: "1",
    DISABLE_VERSION_CHECK: "1",
    // Never the caller's, which is for a real account; `npm run local -- env WORKBENCH_ENV=… <command>` tries that one here.
    WORKBENCH_ENV: "local",
    ...imageChoices(source),
    // Relative to the project, as settings want it.
    WORKBENCH_STATE_DIRECTORY: path.relative(projectRoot, path.join(home, "state")),
    WORKBENCH_STATE_BUCKET: "",
    WORKBENCH_AWS_PROFILE: "",
    WORKBENCH_SSH_PUBLIC_KEY_FILE: shown(`${sshKeyFile(home)}.pub`),
    WORKBENCH_SSH_PRIVATE_KEY_FILE: shown(sshKeyFile(home)),
  };
}

/**
 * The environment of test runners: nothing that leads to an account or changes what a test sees, and a temporary folder of
 * their own.
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

/** The caller's exceptions from proxying, and everything that is on this computer. */
function withoutProxy(source: NodeJS.ProcessEnv, network: string): string {
  const own = ["127.0.0.1", "localhost", "::1", network];
  const callers = (source["NO_PROXY"] ?? source["no_proxy"] ?? "").split(",").filter((host) => host !== "");
  return [...new Set([...callers, ...own])].join(",");
}

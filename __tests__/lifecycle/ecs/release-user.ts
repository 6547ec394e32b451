import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AwsProxy } from "../aws-proxy";
import { DockerDaemon } from "../docker-daemon";
import { writeContext } from "../image-context";
import { type Ended, Workbench } from "../workbench";
import { EcsUser, startWithContainerHosts } from "./ecs-user";

/** How a version of the application behaves. */
export interface Version {
  readonly version: string;
  /** `ends`: at once; `sick`: it runs, and its health check fails. @default well */
  readonly behaviour?: "well" | "ends" | "sick";
}

/**
 * A shell script that stands for an application: it prints its version, and is healthy once it has written a file. It
 * needs no other image, since none can be pulled here.
 */
const APPLICATION = `echo "version $VERSION begins"
case $BEHAVIOUR in
  ends) echo "cannot find its settings"; exit 3 ;;
  sick) ;;
  *) : >/up ;;
esac
trap 'exit 0' TERM
while :; do /bin/sleep 1; done
`;

const healthCheck = '{ command: "test -e /up", intervalSec: 5, timeoutSec: 2, retries: 1, startPeriodSec: 0 }';

/** Somebody who releases Grand Central, a stand-in, and a service without a health check. CouchDB does not run. */
export class ReleaseUser {
  private constructor(
    readonly ecs: EcsUser,
    readonly docker: DockerDaemon,
    /** The context, which {@link write} changes. */
    readonly context: string,
    /** What every {@link release} calls AWS through. */
    readonly proxy: AwsProxy,
  ) {}

  static async start(): Promise<ReleaseUser> {
    const ecs = await EcsUser.with(await Workbench.start(undefined, startWithContainerHosts));
    const { workbench } = ecs;
    const folder = path.dirname(workbench.session.localAws.home);
    const docker = await DockerDaemon.start(folder);
    Object.assign(workbench.settings, {
      ECS_DATA_REPOSITORIES: "[couchdb, grand-central, reports]",
      ECS_GRAND_CENTRAL_MEMORY_MIB: "64",
      ECS_GRAND_CENTRAL_STOP_TIMEOUT_SEC: "5",
      ECS_GRAND_CENTRAL_HEALTH_CHECK: healthCheck,
      ECS_SERVICES: "{ reports: { memoryMiB: 64, stopTimeoutSec: 5 } }",
    });
    await workbench.deploy("ecs-data");
    await workbench.deploy("ecs");
    const proxy = await AwsProxy.start(workbench, () => "pass");
    return new ReleaseUser(ecs, docker, path.join(folder, "application"), proxy);
  }

  async end(): Promise<void> {
    this.proxy.end();
    await this.docker.end();
    await this.ecs.end();
  }

  get workbench(): Workbench {
    return this.ecs.workbench;
  }

  /** Writes the context of a version. */
  async write({ version, behaviour = "well" }: Version): Promise<void> {
    rmSync(this.context, { recursive: true, force: true });
    mkdirSync(this.context);
    writeFileSync(path.join(this.context, "application"), APPLICATION);
    const instructions = [
      "COPY application /application",
      `ENV VERSION=${version} BEHAVIOUR=${behaviour}`,
      'CMD ["/bin/sh", "/application"]',
    ];
    await writeContext(this.context, instructions, ["/bin/sh", "/bin/sleep"]);
  }

  /** `npm run release -- <arguments>`; a failure is returned, not thrown. */
  release(...args: readonly string[]): Promise<Ended> {
    return this.releaseWith({}, ...args);
  }

  /** Like {@link release}, with other variables. */
  releaseWith(changes: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> {
    const variables = { ...this.docker.env, AWS_ENDPOINT_URL: this.proxy.address, ...changes };
    const assignments = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
    const words = args.map((word) => `'${word}'`);
    return this.workbench.bash([...assignments, "npm run --silent release --", ...words].join(" "));
  }

  /** Like {@link release}, but throws all output unless the command succeeds. */
  async mustRelease(...args: readonly string[]): Promise<string> {
    const { exitCode, output } = await this.release(...args);
    if (exitCode !== 0) throw new Error(`npm run release ended with ${exitCode}:\n${output}`);
    return output;
  }

  /**
   * Starts a release in a process group of its own, for tests that cut it off.
   *
   * @param endpoint address of AWS
   */
  beginRelease(endpoint: string, ...args: readonly string[]) {
    return this.workbench.beginScript("release", args, { ...this.docker.env, AWS_ENDPOINT_URL: endpoint });
  }

  /** The version that a service runs; undefined if it runs none. */
  async running(service = "grand-central"): Promise<string | undefined> {
    const filter = `label=com.amazonaws.ecs.container-name=${service}`;
    const ids = await this.ecs.onHost(`docker ps --quiet --filter ${filter}`);
    if (ids === "") return undefined;
    return this.ecs.onHost(`docker exec ${ids} /bin/sh -c 'echo $VERSION'`);
  }

  /** What the account knows of a service: its revisions, what was released, whether a release is under way. */
  async known(service = "grand-central") {
    const family = `workbench-local-${service}`;
    const { taskDefinitionArns: arns } = await this.workbench.aws(
      ...["ecs", "list-task-definitions", "--family-prefix", family],
    );
    const parameter = async (name: string): Promise<string> => {
      const path = `/workbench-local/ecs/${service}/${name}`;
      return (await this.workbench.aws("ssm", "get-parameter", "--name", path)).Parameter.Value;
    };
    const revisions = arns.map((arn: string) => Number(arn.split(":").at(-1))).sort((a: number, b: number) => a - b);
    return {
      revisions: revisions as number[],
      released: await parameter("image"),
      underWay: await parameter("release"),
    };
  }

  /** Whether Terraform would change anything. */
  async expectQuietPlans(): Promise<void> {
    await this.ecs.expectQuietPlan("ecs-data");
    await this.ecs.expectQuietPlan("ecs");
  }
}

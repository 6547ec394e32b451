import { writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import { buildContainerImage } from "../../../scripts/containers/container-image";
import { LocalRegistry } from "../../../scripts/containers/local-registry";
import { pushImage } from "../../../scripts/containers/push-image";
import { startLocalAws } from "../../../scripts/local-aws/control";
import type { LocalAws } from "../../../scripts/local-aws/find-local-aws";
import { serverProgram } from "../../../scripts/session/server-program";
import { ensureReady } from "../../../scripts/setup/ensure-ready";
import { venvPython } from "../../../scripts/setup/python-env";
import { projectRoot } from "../../../scripts/support/project";
import { temporaryFolder } from "../../temporary-folder";
import { leaderOf } from "../machines";
import { until } from "../until";
import { type Values, Workbench } from "../workbench";

const region = "eu-west-1";
const cluster = "workbench-local-ecs";

/** An answer of CouchDB. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every call; a test names what it reads.
  readonly body: any;
}

/**
 * A user of the stacks `ecs-data` and `ecs`. The hosts boot a base image on which packer/ecs-host's own scripts ran: it
 * takes the place of AWS's image, and stands in for building ours in each story. CouchDB is the stand-in.
 */
export class EcsUser {
  private constructor(readonly workbench: Workbench) {}

  /**
   * With a local AWS of its own, in which `ecs-data` is deployed and CouchDB's image is pushed.
   *
   * @param settings beside those of every story. @default none
   */
  static async start(settings: Values = {}): Promise<EcsUser> {
    const user = await EcsUser.with(await Workbench.start(undefined, startWithContainerHosts));
    Object.assign(user.workbench.settings, settings);
    await user.deployData();
    return user;
  }

  /** For a local AWS that {@link startWithContainerHosts} has started. */
  static async with(workbench: Workbench): Promise<EcsUser> {
    workbench.settings = {
      ...workbench.settings,
      ECS_HOST_IMAGE_SOURCE: "amazon",
      ECS_ROOT_VOLUME_SIZE_GIB: "30",
      ECS_FILE_SYSTEM: "ext4",
    };
    return new EcsUser(workbench);
  }

  end(): Promise<void> {
    return this.workbench.end();
  }

  /** Deploys `ecs-data`, and pushes CouchDB's image, which the settings then name. */
  async deployData(): Promise<void> {
    await this.workbench.deploy("ecs-data");
    this.workbench.settings["ECS_COUCHDB_IMAGE"] = await this.push("couchdb", couchdb, "1");
  }

  /**
   * Pushes an image, as the README's `docker push` does.
   *
   * @param recipe folder of the image
   * @returns its digest
   */
  push(
    service: string,
    recipe: string,
    tag: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    return this.pushTo(`workbench-local-${service}`, recipe, tag, variables);
  }

  /** Like {@link push}, to any repository. */
  async pushTo(
    repository: string,
    recipe: string,
    tag: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { localAws } = this.workbench.session;
    const registry = await LocalRegistry.of(localAws, region);
    const image = await buildContainerImage({ recipe, variables });
    return pushImage(image, { registry: registry.address, repository, tag, token: await registry.token() });
  }

  /** Whether a second plan of a stack would change nothing. */
  async expectQuietPlan(stack: string): Promise<void> {
    expect((await this.workbench.plan(stack)).changes).toBe("");
  }

  /** The host's instance id, as the output says. */
  async instanceId(): Promise<string> {
    return (await this.workbench.outputs("ecs"))["instance_id"] ?? "";
  }

  /** Runs a command on the host as root; throws its output when it fails. */
  async onHost(command: string): Promise<string> {
    const { exitCode, all } = await this.tryOnHost(command);
    if (exitCode !== 0) throw new Error(`on the host: ${command}: exit code ${exitCode}: ${all}`);
    return String(all).trim();
  }

  /** Like {@link onHost}; a failure is returned, not thrown. */
  async tryOnHost(command: string) {
    const leader = await leaderOf(await this.instanceId()).catch(() => "0");
    return execa("nsenter", ["--target", leader, "--all", "bash", "-c", command], { all: true, reject: false });
  }

  /** A request of the host to CouchDB, as its admin. */
  async couchdb(method: string, target: string, body?: unknown): Promise<Answer> {
    const data = body === undefined ? "" : `--header 'Content-Type: application/json' --data '${JSON.stringify(body)}'`;
    const said = await this.onHost(
      `curl --silent --max-time 60 --user 'admin:${await this.password()}' --write-out '\\n%{http_code}' ` +
        `--request ${method} ${data} 'http://127.0.0.1:5984${target}'`,
    );
    const end = said.lastIndexOf("\n");
    return { status: Number(said.slice(end + 1)), body: JSON.parse(said.slice(0, end) || "null") };
  }

  /** The password of CouchDB's admin, as the output's command prints it. */
  async password(): Promise<string> {
    const id = "workbench-local-ecs-data-couchdb-password";
    return (await this.workbench.aws("secretsmanager", "get-secret-value", "--secret-id", id)).SecretString;
  }

  /** Tells one boot of the host from another. */
  bootId(): Promise<string> {
    return this.onHost("stat -c %Y /run/systemd");
  }

  /** Waits until the host has booted again since {@link bootId} returned `before`, and CouchDB answers. */
  async untilUpAgain(before: string): Promise<void> {
    await until("another boot", async () => {
      const { exitCode, all } = await this.tryOnHost("stat -c %Y /run/systemd");
      return exitCode === 0 && String(all) !== before;
    });
    await this.untilUp();
  }

  /** Waits until CouchDB answers. */
  async untilUp(): Promise<void> {
    const up = async (): Promise<boolean> =>
      (await this.tryOnHost("curl --silent --fail --max-time 10 http://127.0.0.1:5984/_up")).exitCode === 0;
    await until("CouchDB", up).catch(async ({ message }: Error) => {
      throw new Error(`${message}\n${await this.howItIs()}`);
    });
  }

  /** What somebody looks at when a container does not start: the service's events, and the host. */
  private async howItIs(): Promise<string> {
    const { events, deployments } = await this.service("couchdb");
    const { all } = await this.tryOnHost(
      "systemctl list-jobs --no-pager; systemctl list-units --failed --no-pager; tail -n 20 /var/log/ecs/ecs-agent.log; " +
        "systemctl status --no-pager --lines 5 docker ecs 'workbench-*' 'container-*' clear-cluster; " +
        "docker ps --all; journalctl --no-pager --lines 60",
    );
    return `${JSON.stringify(events.slice(0, 5))}\n${JSON.stringify(deployments)}\n${all}`;
  }

  /** Writes documents of a database, one after the other. Each was acknowledged. */
  async write(database: string, from: number, to: number): Promise<void> {
    await this.couchdb("PUT", `/${database}`);
    const script =
      `for number in $(seq ${from} ${to}); do curl --silent --fail --max-time 60 --output /dev/null ` +
      `--user 'admin:${await this.password()}' --request PUT --data "{\\"number\\": $number}" ` +
      `http://127.0.0.1:5984/${database}/document-$number || exit 1; done`;
    await this.onHost(script);
  }

  /** Numbers of the documents in a database, sorted. */
  async numbers(database: string): Promise<number[]> {
    const { body } = await this.couchdb("GET", `/${database}/_all_docs?include_docs=true&limit=100000`);
    if (body.rows === undefined) throw new Error(`expected documents of ${database}, got ${JSON.stringify(body)}`);
    const rows = body.rows as { doc: { number: number } }[];
    return rows.map(({ doc }) => doc.number).sort((a, b) => a - b);
  }

  /** A service as ECS describes it. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every call; a test names what it reads.
  async service(name: string): Promise<any> {
    return (await this.workbench.aws("ecs", "describe-services", "--cluster", cluster, "--services", name)).services[0];
  }

  /** Writes a file into a bucket. */
  async putObject(bucket: string, key: string, text: string): Promise<void> {
    const file = path.join(temporaryFolder("object-"), "body");
    writeFileSync(file, text);
    await this.workbench.aws("s3api", "put-object", "--bucket", bucket, "--key", key, "--body", file);
  }

  /** What the policies of a role allow: each action, and on what. */
  async allowedTo(role: string): Promise<{ readonly action: string; readonly resource: string }[]> {
    const { PolicyNames: names } = await this.workbench.aws("iam", "list-role-policies", "--role-name", role);
    const attached = await this.workbench.aws("iam", "list-attached-role-policies", "--role-name", role);
    expect(attached.AttachedPolicies).toEqual([]);
    const statements = [];
    for (const name of names) {
      const policy = ["--role-name", role, "--policy-name", name];
      const { PolicyDocument: document } = await this.workbench.aws("iam", "get-role-policy", ...policy);
      statements.push(...document.Statement);
    }
    return statements.flatMap(({ Action: actions, Resource: resources }) =>
      [actions].flat().flatMap((action) => [resources].flat().map((resource) => ({ action, resource }))),
    );
  }

  /** What a service printed, as CloudWatch Logs has it. */
  async log(service: string): Promise<string> {
    const group = `/workbench-local/${service}`;
    const { events } = await this.workbench.aws("logs", "filter-log-events", "--log-group-name", group);
    return events.map(({ message }: { message: string }) => message).join("\n");
  }

  /** Snapshots of the data volume, oldest first. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every call; a test names what it reads.
  async snapshots(): Promise<any[]> {
    const filter = "Name=tag:Name,Values=workbench-local-ecs-data";
    const { Snapshots } = await this.workbench.aws(
      "ec2",
      "describe-snapshots",
      "--owner-ids",
      "self",
      "--filters",
      filter,
    );
    return Snapshots.toSorted((a: { StartTime: string }, b: { StartTime: string }) =>
      a.StartTime.localeCompare(b.StartTime),
    );
  }
}

/** Recipe of the stand-in for CouchDB. */
export const couchdb = path.join(projectRoot, "scripts", "local-aws", "stand-ins", "couchdb");

/** Starts a local AWS whose machines are container hosts. */
export async function startWithContainerHosts(localAws: LocalAws): Promise<void> {
  const { baseImage } = await ensureReady({ localAwsHome: localAws.home });
  const program = path.join(projectRoot, "__tests__", "scripts", "local-aws", "docker_base.py");
  const { stdout } = await execa(venvPython, [program, baseImage ?? ""]);
  await startLocalAws(localAws, serverProgram(localAws), { baseImage: stdout.trim() });
}

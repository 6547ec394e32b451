import { relative, resolve } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, S3Backend, type TerraformElement, TerraformStack } from "cdktf";
import type { Construct, Node } from "constructs";
import { limitRoles } from "../modules/access/permissions-boundary";
import { Place } from "../modules/state/place";
import type { CommonSettings } from "../settings/common";
import { partitionOf } from "../settings/fields/partition";
import { typedCommand } from "../settings/typed-command";
import type { StackProps } from "./define-stack";
import { localStateFile } from "./names/state-file";

/** Folder of this program. Paths in the output are relative to it, so that every checkout writes the same JSON. */
const projectDirectory = resolve(__dirname, "..");

interface StackOptions {
  readonly backend?: "local" | "from settings";
  readonly region?: string;
  readonly limitsRoles?: boolean;
}

/** Base of every stack: provider, default tags, backend, and Terraform addresses that people can read. */
export abstract class WorkbenchStack<Settings extends CommonSettings = CommonSettings> extends TerraformStack {
  /** Prefix of names: project and environment. */
  protected readonly prefix: string;
  /** AWS partition of the stack's region: the second part of every ARN. */
  protected readonly partition: string;
  /** Number of the account in which the stack is deployed. */
  protected readonly accountId: string;
  /** Default tags, which the provider puts on every resource. */
  protected readonly defaultTags: Readonly<Record<string, string>>;
  protected readonly settings: Settings;
  /** The command that deploys this stack and those before it, for messages. */
  protected readonly deployCommand: string;
  /** The command that retires the last of this stack's numbered volumes, for messages. `--index` is missing. */
  protected readonly retireCommand: string;
  /** Whether the state is in `state.bucket`, not in {@link localStateFile}. */
  readonly stateInS3: boolean;
  private readonly pathOfLogicalId = new Map<string, string>();

  /**
   * @param options.backend `local` keeps the state in a file even if a bucket is set: for the stack that makes the
   * bucket.
   * @param options.region region of the stack. @default aws.region
   * @param options.limitsRoles whether the stack's roles get `aws.permissionsBoundaryArn`. @default true
   */
  protected constructor(
    scope: Construct,
    { definition: { name, after = [] }, settings, missing }: StackProps<Settings>,
    { backend = "from settings", region = settings.aws.region, limitsRoles = true }: StackOptions = {},
  ) {
    super(scope, name);
    this.settings = settings;
    this.prefix = `${settings.project}-${settings.environment}`;
    this.partition = partitionOf(region);
    const { project, environment, tags } = settings;
    this.deployCommand = this.cdktf("deploy", [...after, name]);
    this.retireCommand = typedCommand(settings.environment, `npm run volume:retire -- --stack ${name}`);
    this.defaultTags = { ...tags, Project: project, Environment: environment, Stack: name };
    new AwsProvider(this, "aws", {
      region,
      profile: settings.aws.profile ?? undefined,
      defaultTags: [{ tags: this.defaultTags }],
    });
    const { permissionsBoundaryArn } = settings.aws;
    if (limitsRoles && permissionsBoundaryArn !== null) limitRoles(this, permissionsBoundaryArn);
    this.accountId = new Place(this, "place", { stack: name, region, missing }).accountId;
    // In 1.11, S3's own lock file is stable. This program is tested with that version.
    this.addOverride("terraform.required_version", ">= 1.11");
    this.stateInS3 = backend === "from settings" && settings.state.bucket !== null;
    this.addBackend(name);
  }

  /** Absolute path of the state file, for when no bucket holds the state. */
  get localStateFile(): string {
    const { state, environment } = this.settings;
    return resolve(projectDirectory, localStateFile(state.directory, environment, this.node.id));
  }

  /** Folder of the synthesized stack, in which Terraform runs. */
  get workingDirectory(): string {
    return resolve(App.of(this).outdir, "stacks", this.node.id);
  }

  /** The command that deploys or destroys stacks, for messages. */
  protected cdktf(verb: "deploy" | "destroy", stacks: readonly string[]): string {
    return typedCommand(this.settings.environment, ["npx cdktf", verb, ...stacks].join(" "));
  }

  /**
   * Converts a path relative to the project into one relative to this stack's working directory, where Terraform runs.
   * Absolute paths and `~/` stay.
   */
  protected projectPath(path: string): string {
    if (path.startsWith("~/") || path.startsWith("/")) return path;
    return relative(this.workingDirectory, resolve(projectDirectory, path)).replaceAll("\\", "/");
  }

  /**
   * The construct path joined with `_`; an element named `this` takes its parent's name: `aws_ebs_volume.data_volume`.
   * It has no hash, since people read these names in every plan.
   */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = "node" in element ? element.node : element;
    const inStack = node.scopes.slice(this.node.scopes.length).map((scope) => scope.node.id);
    const logicalId = inStack.filter((id) => id !== "this").join("_");
    const key = `${"terraformResourceType" in element ? element.terraformResourceType : element.constructor.name}.${logicalId}`;
    const other = this.pathOfLogicalId.get(key);
    if (other !== undefined && other !== node.path) {
      throw new Error(
        `${key}: expected one construct for each Terraform address, got ${other} and ${node.path}; rename one`,
      );
    }
    this.pathOfLogicalId.set(key, node.path);
    return logicalId;
  }

  private addBackend(name: string): void {
    const { state, aws, project, environment } = this.settings;
    if (!this.stateInS3 || state.bucket === null) {
      new LocalBackend(this, { path: this.projectPath(localStateFile(state.directory, environment, name)) });
      return;
    }
    new S3Backend(this, {
      bucket: state.bucket,
      key: `${project}/${environment}/${name}.tfstate`,
      region: state.region ?? aws.region,
      profile: aws.profile ?? undefined,
      encrypt: true,
    });
    // S3's own lock file. cdktf's type lacks this argument, which Terraform 1.10 added.
    this.addOverride("terraform.backend.s3.use_lockfile", true);
  }
}

import type { Instance, IpPermission } from "@aws-sdk/client-ec2";
import { AwsCalls, allOf } from "../aws/aws-calls";
import { type Ec2Calls, services } from "../aws/services";
import type { OpenTarget } from "./target";

/** A machine, as EC2 knows it. */
export interface Machine {
  readonly id: string;
  readonly state: string;
  /** Why it is in that state, in a few words. @default EC2 does not say */
  readonly why?: string;
  /** Public address, or else private one. @default none yet */
  readonly address?: string;
  readonly isPublic: boolean;
  readonly groupIds: readonly string[];
  /** When it was started last. */
  readonly startedAt: Date;
}

/** The machines of a target: one, unless a deploy was cut off. */
export class Machines {
  private constructor(
    private readonly calls: Ec2Calls,
    private readonly target: Pick<OpenTarget, "tags">,
  ) {}

  static async open(target: OpenTarget): Promise<Machines> {
    return new Machines(await AwsCalls.at(services.ec2, target), target);
  }

  /** All that are not terminated. */
  async all(): Promise<readonly Machine[]> {
    const Filters = Object.entries(this.target.tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
    const found = await this.calls.ask("DescribeInstances", ({ paginateDescribeInstances }, client, options) =>
      allOf(paginateDescribeInstances({ client }, { Filters }, options), (page) =>
        page.Reservations?.flatMap(({ Instances = [] }) => Instances),
      ),
    );
    return found.map(machineOf).filter(({ state }) => state !== "terminated");
  }

  /** One of them; undefined if it is terminated. */
  async get(id: string): Promise<Machine | undefined> {
    return (await this.all()).find((machine) => machine.id === id);
  }

  async start(id: string): Promise<void> {
    await this.calls.ask("StartInstances", ({ StartInstancesCommand }, client, options) =>
      client.send(new StartInstancesCommand({ InstanceIds: [id] }), options),
    );
  }

  /** The CIDR blocks, prefix lists and groups that security groups let connect to a TCP port. */
  async allowedAt(groupIds: readonly string[], port: number): Promise<readonly string[]> {
    if (groupIds.length === 0) return [];
    const { SecurityGroups = [] } = await this.calls.ask(
      "DescribeSecurityGroups",
      ({ DescribeSecurityGroupsCommand }, client, options) =>
        client.send(new DescribeSecurityGroupsCommand({ GroupIds: [...groupIds] }), options),
    );
    const rules = SecurityGroups.flatMap(({ IpPermissions = [] }) => IpPermissions);
    return [...new Set(rules.filter((rule) => includes(rule, port)).flatMap(sourcesOf))];
  }
}

function machineOf(instance: Instance): Machine {
  const { InstanceId: id = "", State, PublicIpAddress, PrivateIpAddress, SecurityGroups = [], LaunchTime } = instance;
  const address = PublicIpAddress ?? PrivateIpAddress;
  const why = whyStopped(instance);
  return {
    id,
    state: State?.Name ?? "unknown",
    ...(why && { why }),
    ...(address && { address }),
    isPublic: PublicIpAddress !== undefined,
    groupIds: SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []),
    startedAt: LaunchTime ?? new Date(0),
  };
}

/** Source: StateReason and StateTransitionReason in EC2's API reference, Instance (read 2026-11). */
function whyStopped({ StateReason, StateTransitionReason = "" }: Instance): string | undefined {
  const { Code = "", Message = "" } = StateReason ?? {};
  const when = /\((.+)\)/.exec(StateTransitionReason)?.[1];
  if (Code === "Client.InstanceInitiatedShutdown") return "it shut itself down";
  if (Code === "Client.UserInitiatedShutdown") return `somebody stopped it${when === undefined ? "" : ` at ${when}`}`;
  return Message.replace(/^\S+: /, "").replace(/\.$/, "") || undefined;
}

function includes({ IpProtocol, FromPort = 0, ToPort = 65535 }: IpPermission, port: number): boolean {
  return IpProtocol === "-1" || (IpProtocol === "tcp" && FromPort <= port && port <= ToPort);
}

function sourcesOf({ IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], UserIdGroupPairs = [] }: IpPermission) {
  return [
    ...IpRanges.flatMap(({ CidrIp }) => CidrIp ?? []),
    ...Ipv6Ranges.flatMap(({ CidrIpv6 }) => CidrIpv6 ?? []),
    ...PrefixListIds.flatMap(({ PrefixListId }) => PrefixListId ?? []),
    ...UserIdGroupPairs.flatMap(({ GroupId }) => GroupId ?? []),
  ];
}

import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { execa } from "execa";
import type { Workbench } from "./workbench";

/** What an account holds that somebody made, a word each; empty in a fresh one. */
export async function accountContents(user: Workbench): Promise<string[]> {
  const names = async (words: string[], query: string): Promise<string[]> =>
    (await user.aws(...words, "--query", query)) ?? [];
  const lists = await Promise.all([
    names(["ec2", "describe-instances"], "Reservations[].Instances[?State.Name!='terminated'].InstanceId[]"),
    names(["ec2", "describe-volumes"], "Volumes[].VolumeId"),
    names(["ec2", "describe-snapshots", "--owner-ids", "self"], "Snapshots[].SnapshotId"),
    names(["ec2", "describe-addresses"], "Addresses[].PublicIp"),
    names(["ec2", "describe-key-pairs"], "KeyPairs[].KeyName"),
    names(["ec2", "describe-security-groups"], "SecurityGroups[?GroupName!='default'].GroupName"),
    names(["ec2", "describe-network-interfaces"], "NetworkInterfaces[].NetworkInterfaceId"),
    names(["iam", "list-roles"], "Roles[?!starts_with(Path, '/aws-service-role/')].RoleName"),
    names(["iam", "list-instance-profiles"], "InstanceProfiles[].InstanceProfileName"),
    names(["dlm", "get-lifecycle-policies"], "Policies[].PolicyId"),
    names(["s3api", "list-buckets"], "Buckets[].Name"),
  ]);
  return lists.flat();
}

/**
 * What a local AWS left on this computer, a line each: mounts, loop devices, network namespaces, interfaces, firewall rules
 * and processes that belong to it, files in its folder.
 */
export async function leftovers({ home, network }: { home: string; network: string }): Promise<string[]> {
  const firstTwo = network.split(".").slice(0, 3).join(".");
  const of = async (file: string, ...args: string[]) => (await execa(file, args, { reject: false })).stdout.split("\n");
  const found = (what: string, lines: readonly string[], mark: string) =>
    lines.filter((line) => line.includes(mark)).map((line) => `${what}: ${line.trim()}`);
  return [
    ...found("mount", readFileSync("/proc/self/mountinfo", "utf8").split("\n"), home),
    ...found("loop device", await of("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE"), home),
    ...found("address", await of("ip", "-oneline", "address"), `${firstTwo}.`),
    ...found("route", await of("ip", "route"), `${firstTwo}.`),
    ...found("firewall rule", [...(await of("iptables-save")), ...(await of("iptables-save", "-t", "nat"))], network),
    ...found("process", processes(), home),
    ...(existsSync(home) ? [`folder: ${home}: ${readdirSync(home).join(" ")}`] : []),
  ];
}

/** Command line and working directory of every process but this one and its children. */
function processes(): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      try {
        return [
          `${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")} ${readlinkSync(`/proc/${pid}/cwd`)}`,
        ];
      } catch {
        return [];
      }
    });
}

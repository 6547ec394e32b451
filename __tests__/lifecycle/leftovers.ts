import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { venvPython } from "../../scripts/setup/python-env";
import { projectRoot } from "../../scripts/support/project";
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
 * What there is of a local AWS on this computer, a line each: network namespaces, interfaces, firewall rules, control groups,
 * mounts and loop devices, as the local AWS itself finds them by name, and processes that belong to it.
 */
export async function leftovers({ home }: { home: string }): Promise<string[]> {
  return [...(await kernelObjects(home)), ...processes().filter((line) => line.includes(home))];
}

/** What there is of the machines of a local AWS that runs: as {@link leftovers}, but for the server and its network. */
export async function machineLeftovers({ home }: { home: string }): Promise<string[]> {
  const ofTheServer = /^(firewall rule |interface lwb|control group )/;
  return (await kernelObjects(home)).filter((line) => !ofTheServer.test(line));
}

async function kernelObjects(home: string): Promise<string[]> {
  const script =
    "import pathlib, sys; from local_aws.machines.clean_up import leftovers; print(*leftovers(pathlib.Path(sys.argv[1])), sep='\\n')";
  const { stdout } = await execa(venvPython, ["-c", script, home], {
    env: { PYTHONPATH: path.join(projectRoot, "scripts", "local-aws") },
  });
  return stdout.split("\n").filter((line) => line !== "");
}

/** Command line and working directory of every process but this one and its children. */
function processes(): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      try {
        return [
          `process ${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")} ${readlinkSync(`/proc/${pid}/cwd`)}`,
        ];
      } catch {
        return [];
      }
    });
}

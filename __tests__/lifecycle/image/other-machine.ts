import { execa } from "execa";
import { sshKeyFile } from "../../../scripts/setup/ssh-key";
import { unattended } from "../tunnel";
import { until } from "../until";
import type { Workbench } from "../workbench";

/**
 * Prints every TCP port of an address that accepts a connection. A port without an answer in a second counts as closed.
 */
const scan = `
import concurrent.futures, socket, sys
def accepts(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((sys.argv[1], port)) == 0
ports = range(1, 65536)
with concurrent.futures.ThreadPoolExecutor(64) as pool:
    print(*(port for port, open in zip(ports, pool.map(accepts, ports)) if open))
`;

/** Another user's machine in the same network: Debian's own image, with nothing added. */
export class OtherMachine {
  private constructor(
    private readonly user: Workbench,
    private readonly id: string,
    private readonly address: string,
  ) {}

  static async start(user: Workbench): Promise<OtherMachine> {
    const debian = ["--filters", "Name=name,Values=debian-13-*", "--query", "Images[0].ImageId"];
    const [image, key] = await Promise.all([
      user.aws("ec2", "describe-images", ...debian),
      user.aws("ec2", "describe-key-pairs", "--query", "KeyPairs[0].KeyName"),
    ]);
    const what = ["--image-id", image, "--key-name", key, "--instance-type", "t3.small"];
    const id = await user.aws("ec2", "run-instances", ...what, "--query", "Instances[0].InstanceId");
    await user.aws("ec2", "wait", "instance-running", "--instance-ids", id);
    const address = ["--instance-ids", id, "--query", "Reservations[0].Instances[0].PublicIpAddress"];
    return new OtherMachine(user, id, await user.aws("ec2", "describe-instances", ...address));
  }

  /** Every TCP port of an address that this machine can connect to. */
  async openPorts(address: string): Promise<number[]> {
    const found = await this.ssh(`python3 - ${address}`, scan);
    return found.split(" ").map(Number);
  }

  async end(): Promise<void> {
    await this.user.aws("ec2", "terminate-instances", "--instance-ids", this.id);
  }

  /** Runs a command; tries again while the machine boots. */
  private ssh(command: string, input: string): Promise<string> {
    const login = ["-i", sshKeyFile(this.user.session.localAws.home), ...unattended, `admin@${this.address}`];
    let said = "";
    const run = async () => {
      const { exitCode, stdout, stderr } = await execa("ssh", [...login, command], { reject: false, input });
      said = stderr;
      return exitCode === 0 && stdout;
    };
    return until(`${command} to end well on another machine`, run, () => said);
  }
}

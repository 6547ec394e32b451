import { until } from "../until";
import type { Workbench } from "../workbench";

/** What somebody does to a host and its volumes with the AWS CLI, past Terraform. */
export class HostByHand {
  constructor(
    private readonly user: Workbench,
    readonly id: string,
  ) {}

  /** Starts it. Returns while it boots. */
  async start(): Promise<void> {
    await this.user.aws("ec2", "start-instances", "--instance-ids", this.id);
  }

  async stop(): Promise<void> {
    await this.user.aws("ec2", "stop-instances", "--instance-ids", this.id);
    await this.untilIs("stopped");
  }

  /** Returns while it shuts down. */
  async terminate(): Promise<void> {
    await this.user.aws("ec2", "terminate-instances", "--instance-ids", this.id);
  }

  async untilIs(state: string): Promise<void> {
    let said = "";
    const is = async (): Promise<boolean> => {
      const { Reservations } = await this.user.aws("ec2", "describe-instances", "--instance-ids", this.id);
      said = Reservations[0].Instances[0].State.Name;
      return said === state;
    };
    await until(`the host ${this.id} to be ${state}`, is, () => said);
  }

  async attach(volume: string, device: string): Promise<void> {
    const where = ["--instance-id", this.id, "--device", device];
    await this.user.aws("ec2", "attach-volume", "--volume-id", volume, ...where);
    await this.user.aws("ec2", "wait", "volume-in-use", "--volume-ids", volume);
  }

  async detach(volume: string): Promise<void> {
    await this.user.aws("ec2", "detach-volume", "--volume-id", volume);
    await this.user.aws("ec2", "wait", "volume-available", "--volume-ids", volume);
  }

  /** The device name of an attached volume, such as `/dev/sdf`. */
  async deviceOf(volume: string): Promise<string> {
    const { Volumes } = await this.user.aws("ec2", "describe-volumes", "--volume-ids", volume);
    return Volumes[0].Attachments[0].Device;
  }

  /** Makes a volume in the zone of another one, and returns its id. */
  async makeVolumeBeside(other: string): Promise<string> {
    const { Volumes } = await this.user.aws("ec2", "describe-volumes", "--volume-ids", other);
    const zone = Volumes[0].AvailabilityZone;
    const { VolumeId } = await this.user.aws("ec2", "create-volume", "--size", "1", "--availability-zone", zone);
    await this.user.aws("ec2", "wait", "volume-available", "--volume-ids", VolumeId);
    return VolumeId;
  }
}

/** Where a machine finds the disk of a volume. */
export function diskOf(volume: string): string {
  return `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume.replace("-", "")}`;
}

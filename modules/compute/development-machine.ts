import { Eip } from "@cdktf/provider-aws/lib/eip";
import { EipAssociation } from "@cdktf/provider-aws/lib/eip-association";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import type { KeyPair } from "@cdktf/provider-aws/lib/key-pair";
import { DataResource, Fn, type ITerraformDependable, type Precondition, type TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { terraformLiteral } from "../terraform-literal";

/** What a development machine is made of. */
export interface DevelopmentMachineProps {
  /** Name tag. */
  readonly name: string;
  /** EC2 instance type; a change stops the machine, resizes it in place and starts it. */
  readonly instanceType: string;
  /** Image to boot. */
  readonly imageId: string;
  /** A newer image replaces a running machine. @default false: it is used when a machine is next made */
  readonly followNew?: boolean;
  /** Subnet of the machine. Changing this replaces the machine. */
  readonly subnetId: string;
  /**
   * The volume that it will have. Changing this replaces the machine: the AWS provider stops one to detach its volume, and starts
   * it no more.
   */
  readonly dataVolumeId: string;
  /** Security group that says who may connect. */
  readonly securityGroupId: string;
  /** Key pair whose owner may log in. Changing this replaces the machine. */
  readonly keyPair: KeyPair;
  /** Instance profile with what the machine may do on AWS. */
  readonly instanceProfileName: string;
  /** Script for the first boot. Changing this replaces the machine. */
  readonly userData: string;
  /** Size in GiB of the encrypted gp3 root volume, which goes with the machine. */
  readonly rootVolumeSizeGiB: number;
  /** Tags of the root volume beside its Name: a change of the provider's own default tags does not reach it. */
  readonly defaultTags: Readonly<Record<string, string>>;
  /** Keep one public address through stop, start and resize. @default true */
  readonly elasticAddress?: boolean;
  /** What has to hold before a machine is made. @default nothing */
  readonly preconditions?: readonly Precondition[];
  /** What the machine needs for as long as it lives. @default nothing */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** An EC2 instance to work on: IMDSv2 only, encrypted, closely monitored, with an address that stays. */
export class DevelopmentMachine extends Construct {
  /** The machine itself. */
  readonly instance: Instance;
  /** Address for SSH: the elastic one, else the public one, else the private one. */
  readonly address: string;
  /** What has to exist for as long as the address has to answer. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: DevelopmentMachineProps) {
    super(scope, id);
    const dataVolume = new DataResource(this, "data_volume", { input: { id: props.dataVolumeId } });
    this.instance = new Instance(this, "this", {
      ami: props.imageId,
      instanceType: props.instanceType,
      subnetId: props.subnetId,
      vpcSecurityGroupIds: [props.securityGroupId],
      keyName: props.keyPair.keyName,
      iamInstanceProfile: props.instanceProfileName,
      monitoring: true,
      userData: terraformLiteral(props.userData),
      userDataReplaceOnChange: true,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: {
        encrypted: true,
        volumeType: "gp3",
        volumeSize: props.rootVolumeSizeGiB,
        tags: { ...props.defaultTags, Name: props.name },
      },
      tags: { Name: props.name },
      dependsOn: props.dependsOn && [...props.dependsOn],
      lifecycle: {
        ignoreChanges: props.followNew ? undefined : ["ami"],
        precondition: props.preconditions && [...props.preconditions],
        // EC2 puts the key on a machine once, at its first boot, and a new key has the old one's name.
        replaceTriggeredBy: [address(dataVolume), `${address(props.keyPair)}.public_key`],
      },
    });
    if (props.elasticAddress ?? true) {
      const eip = new Eip(this, "address", { domain: "vpc", tags: { Name: props.name } });
      const association = new EipAssociation(this, "address_association", {
        allocationId: eip.allocationId,
        instanceId: this.instance.id,
      });
      this.address = eip.publicIp;
      this.ready = [association];
    } else {
      const { publicIp, privateIp } = this.instance;
      this.address = Fn.coalesce([publicIp, privateIp]);
      this.ready = [this.instance];
    }
  }
}

/** As `replace_triggered_by` wants it: a name, no expression. */
function address({ terraformResourceType, friendlyUniqueId }: TerraformResource): string {
  return `${terraformResourceType}.${friendlyUniqueId}`;
}

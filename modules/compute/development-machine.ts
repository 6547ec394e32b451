import { Eip } from "@cdktf/provider-aws/lib/eip";
import { EipAssociation } from "@cdktf/provider-aws/lib/eip-association";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import type { KeyPair } from "@cdktf/provider-aws/lib/key-pair";
import { DataResource, Fn, type ITerraformDependable, type Precondition } from "cdktf";
import { Construct } from "constructs";
import type { MachineRole } from "../access/machine-role";
import type { FromSetting } from "../from-setting";
import { dependLate } from "../late-dependencies";
import type { SecurityGroup } from "../network/security-group";
import type { Subnet } from "../network/subnet";
import { resourceAddress } from "../resource-address";
import { terraformLiteral } from "../terraform-literal";
import type { MachineImage } from "./machine-image";
import { notShuttingDown } from "./not-shutting-down";

/** Properties of a development machine. */
export interface DevelopmentMachineProps {
  /** Name tag. */
  readonly name: string;
  /** EC2 instance type. A change stops the machine, resizes it in place and starts it. */
  readonly instanceType: string;
  /** Image to boot. */
  readonly image: MachineImage;
  /** Whether a newer image replaces a running machine. @default false: only a new machine boots it */
  readonly followNew?: boolean;
  /** Subnet of the machine. Changing this replaces the machine. */
  readonly subnet: Subnet;
  /**
   * The data volume for the machine. Changing this replaces the machine: the AWS provider stops a machine to detach its
   * volume, and does not start it again.
   */
  readonly dataVolume: { readonly id: string };
  /** Security group that says who may connect. */
  readonly securityGroup: SecurityGroup;
  /** Key pair whose owner may log in. Changing this replaces the machine. */
  readonly keyPair: KeyPair;
  /** What the machine may do on AWS, now and by later grants. */
  readonly role: MachineRole;
  /** Script for the first boot. Changing this replaces the machine. */
  readonly userData: string;
  /** Size in GiB of the encrypted gp3 root volume, which is deleted with the machine. */
  readonly rootVolumeSizeGiB: FromSetting<number>;
  /** Tags of the root volume in addition to Name. The provider does not update its own default tags there. */
  readonly defaultTags: Readonly<Record<string, string>>;
  /** Keep one public address through stop, start and resize. @default true */
  readonly elasticAddress?: boolean;
  /** Conditions to check before a machine is made. @default none */
  readonly preconditions?: readonly Precondition[];
  /** Further resources that must exist as long as the machine does. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** An EC2 instance to work on: IMDSv2 only, encrypted, with detailed monitoring and an address that stays. */
export class DevelopmentMachine extends Construct {
  /** The machine itself. */
  readonly instance: Instance;
  /** Address for SSH: the elastic one, else the public one, else the private one. */
  readonly address: string;
  /** Resources that must exist as long as the address must answer. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: DevelopmentMachineProps) {
    super(scope, id);
    const dataVolume = new DataResource(this, "data_volume", { input: { id: props.dataVolume.id } });
    const { image, role, rootVolumeSizeGiB, followNew = false, preconditions = [] } = props;
    // A machine that keeps its image may have been made from an older one than this.
    const conditions = [...preconditions, ...(followNew ? [image.fitsOn(rootVolumeSizeGiB)] : [])];
    this.instance = new Instance(this, "this", {
      ami: image.imageId,
      instanceType: props.instanceType,
      subnetId: props.subnet.id,
      vpcSecurityGroupIds: [props.securityGroup.id],
      keyName: props.keyPair.keyName,
      iamInstanceProfile: role.instanceProfile.name,
      monitoring: true,
      // A machine that shuts itself down is stopped. The other behavior would terminate it.
      instanceInitiatedShutdownBehavior: "stop",
      userData: terraformLiteral(props.userData),
      userDataReplaceOnChange: true,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: {
        encrypted: true,
        volumeType: "gp3",
        volumeSize: rootVolumeSizeGiB.value,
        tags: { ...props.defaultTags, Name: props.name },
      },
      tags: { Name: props.name },
      lifecycle: {
        ignoreChanges: followNew ? undefined : ["ami"],
        precondition: conditions.length > 0 ? conditions : undefined,
        postcondition: [notShuttingDown],
        // EC2 installs the key only at the first boot, and a new key pair has the same name as the old one.
        replaceTriggeredBy: [resourceAddress(dataVolume), `${resourceAddress(props.keyPair)}.public_key`],
      },
    });
    dependLate(this.instance, () => [...role.ready, ...props.subnet.ready, ...(props.dependsOn ?? [])]);
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

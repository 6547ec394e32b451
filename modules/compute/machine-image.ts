import { DataAwsAmi } from "@cdktf/provider-aws/lib/data-aws-ami";
import { DataAwsAmiIds } from "@cdktf/provider-aws/lib/data-aws-ami-ids";
import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import { Fn, type Precondition, ref, TerraformCount, Token } from "cdktf";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";

/** How to find an image: by owner, name and tags. */
export interface ImageFilter {
  /** Account number, or `self`. */
  readonly owner: string;
  /** Name, with `*` for the part that changes. */
  readonly name: string;
  /** Tags and their values. @default any */
  readonly tags?: Readonly<Record<string, string>>;
}

/** An image by its id, the one that a parameter of AWS names, or the newest that matches owner, name and tags. */
export type ImageChoice = { readonly id: FromSetting<string> } | PublishedImage | NewestImage;

interface PublishedImage {
  /** Public parameter in Systems Manager whose value is the id of AWS's newest image of a kind. */
  readonly parameter: string;
}

interface NewestImage extends ImageFilter {
  /** What to do if there is none; ends the message. */
  readonly fix: string;
}

/** Which image to boot. */
export interface MachineImageProps {
  readonly choice: ImageChoice;
}

/** The image that a new machine boots. */
export class MachineImage extends Construct {
  /** Its id. */
  readonly imageId: string;
  private readonly given?: DataAwsAmi;
  private readonly choice: ImageChoice;
  private newestOf?: DataAwsAmiIds;
  private details?: string;

  constructor(scope: Construct, id: string, { choice }: MachineImageProps) {
    super(scope, id);
    this.choice = choice;
    if ("id" in choice) {
      // If there is none, the provider says "Your query returned no results". Terraform's error shows only this
      // address, so it names the setting.
      this.given = this.read(`from_${choice.id.setting.replaceAll(".", "_")}`, choice.id.value);
      this.imageId = this.given.id;
    } else if ("parameter" in choice) {
      // The id is no secret: a plan is to show it.
      this.imageId = new DataAwsSsmParameter(this, "published", { name: choice.parameter }).insecureValue;
    } else {
      this.imageId = this.newest(choice);
    }
  }

  /**
   * Reads an image that the account can use, of any owner: the account itself, another one that shares it, or AWS
   * Marketplace.
   */
  private read(id: string, imageId: string): DataAwsAmi {
    return new DataAwsAmi(this, id, { filter: [{ name: "image-id", values: [imageId] }], includeDeprecated: true });
  }

  /**
   * Terraform's expression of a list with what EC2 knows of the image. It is empty if there is none: a data source that
   * failed would end the destroy of a machine.
   */
  get found(): string {
    this.details ??= this.readDetails();
    return this.details;
  }

  private readDetails(): string {
    if (this.given) return `[data.aws_ami.${this.given.friendlyUniqueId}]`;
    const details = this.read("details", this.imageId);
    if (this.newestOf === undefined) return `[data.aws_ami.${details.friendlyUniqueId}]`;
    const ids = `data.aws_ami_ids.${this.newestOf.friendlyUniqueId}.ids`;
    details.count = TerraformCount.of(Token.asNumber(ref(`min(1, length(${ids}))`)));
    return `data.aws_ami.${details.friendlyUniqueId}`;
  }

  private newest(wanted: NewestImage): string {
    const found = new DataAwsAmiIds(this, "this", {
      owners: [wanted.owner],
      filter: nameFilter(wanted),
      includeDeprecated: true,
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.ids) > 0}",
            errorMessage:
              "image: expected one in this region, " +
              `got none named ${wanted.name} of owner ${wanted.owner}; ${wanted.fix}.`,
          },
        ],
      },
    });
    this.newestOf = found;
    // The provider sorts by creation date, newest first. An empty list must not block the destroy of a machine.
    return Token.asString(Fn.try([Fn.element(found.ids, 0), "none"]));
  }

  /**
   * Condition that a root volume is at least as large as the image's. EC2 checks that too, but only after the old
   * machine is gone.
   */
  fitsOn({ value: sizeGiB, setting }: FromSetting<number>): Precondition {
    const size =
      "one([for disk in image.block_device_mappings : tonumber(disk.ebs.volume_size) if disk.device_name == image.root_device_name])";
    const sizes = `join(" or ", [for image in ${this.found} : ${size}])`;
    return {
      condition: `\${alltrue([for image in ${this.found} : ${sizeGiB} >= ${size}])}`,
      errorMessage: `${setting}: expected at least the \${${sizes}} GiB of the image ${this.imageId}, got ${sizeGiB}.`,
    };
  }

  /**
   * Conditions that the image brings no disk of its own under these device names. A machine would get that disk at its
   * start, and the volume that goes there could not be attached.
   *
   * @returns none for other images: ours, Debian's and AWS's for ECS have a root disk alone
   */
  leavesFree(deviceNames: readonly string[]): readonly Precondition[] {
    const { given, choice } = this;
    if (given === undefined || !("id" in choice)) return [];
    const ami = `data.aws_ami.${given.friendlyUniqueId}`;
    const { value, setting } = choice.id;
    return deviceNames.map((name) => ({
      condition: `\${!contains(${ami}.block_device_mappings[*].device_name, "${name}")}`,
      errorMessage:
        `${setting}: expected an image without a disk at ${name}, where a data volume goes, got ${value}, which has one; ` +
        "make the image of a machine from which its data volumes are detached.",
    }));
  }
}

function nameFilter(props: ImageFilter) {
  return [
    { name: "name", values: [props.name] },
    { name: "state", values: ["available"] },
    ...Object.entries(props.tags ?? {}).map(([key, value]) => ({ name: `tag:${key}`, values: [value] })),
  ];
}

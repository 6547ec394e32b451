import type { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { z } from "zod";
import type { LogIn } from "../guards/log-in";
import type { Protection } from "../guards/protection";
import type { FromSetting } from "../modules/from-setting";
import type { CommonSettings, SharedSettings } from "../settings/common";
import type { Report, RightParts } from "../settings/fields/rules";

/**
 * Everything that code outside a stack needs to know about it. It imports no cdktf, so settings, guards, scripts and
 * docs can read it without loading the program.
 */
export interface StackDefinition<
  Name extends string = string,
  Section extends z.ZodObject | undefined = z.ZodObject | undefined,
  Shared extends keyof SharedSettings = keyof SharedSettings,
> {
  /**
   * Name of the stack, its folder, its settings section and its Terraform state; value of its Stack tag. What the stack
   * `<name>` must never lose is in the stack `<name>-data`.
   */
  readonly name: Name;
  /** Its own settings. @default none */
  readonly section?: Section;
  /** Sections of settings/common.ts that it reads, in addition to those that every stack reads. @default none */
  readonly shares?: readonly Shared[];
  /** Stacks that are deployed before it and destroyed after it. @default none */
  readonly after?: readonly string[];
  /** What it needs from the local AWS in addition to the API: `machines` that boot. @default nothing */
  readonly needs?: readonly "machines"[];
  /** Keys of tags that it sets, in addition to those of every stack. @default none */
  readonly ownTags?: readonly string[];
  /** Rules across sections. They see only valid values. A missing value breaks no rule. @default none */
  readonly rules?: (right: RightParts<StackSettings<Name, Section, Shared>>, report: Report) => void;
  /** A sentence for each setting that it needs before it can be deployed. @default none */
  readonly missing?: (settings: StackSettings<Name, Section, Shared>) => readonly string[];
  /** How and why Terraform logs in over SSH when a command changes it. @default it never does */
  readonly logsIn?: (settings: StackSettings<Name, Section, Shared>, verb: string) => LogIn | undefined;
  /** Data that it protects, and how to retire it once the stacks after it are gone. @default none */
  readonly keeps?: (settings: StackSettings<Name, Section, Shared>) => Protection | undefined;
  /** Data volumes whose number a setting gives. `npm run volume:retire` retires the last one. @default none */
  readonly numberedVolumes?: (settings: StackSettings<Name, Section, Shared>) => NumberedVolumes;
  /** Our own image, if its machines can boot one. @default none */
  readonly image?: StackImage<StackSettings<Name, Section, Shared>>;
  /** Images of containers that a local AWS cannot pull, and what stands in for them there. @default none */
  readonly standIns?: (settings: StackSettings<Name, Section, Shared>) => readonly StandIn[];
  /** Output with the address of the machine that `npm run local -- ssh` logs in to. @default no such machine */
  readonly sshAddress?: string;
  /** What `npm start` prints after deploying it. @default nothing */
  readonly nextSteps?: (deployed: DeployedStack) => readonly NextStep[];
  /** Loads the Terraform stack, and with it cdktf. */
  readonly load: () => Promise<StackClass<NoInfer<StackSettings<Name, Section, Shared>>>>;
}

/** Data volumes of one stack that are one Terraform block with `count`. */
export interface NumberedVolumes {
  /** How many the settings want. */
  readonly count: FromSetting<number>;
  /** Tags that only these volumes carry. The tag `Index` tells one from the other. */
  readonly identifyingTags: Readonly<Record<string, string>>;
}

/** One of our own images. A stack's machines boot it if a setting selects it. */
export interface StackImage<Settings> {
  /** Folder below `packer/`. */
  readonly folder: string;
  /** The setting that selects the image, such as `ec2.image.source`. */
  readonly setting: string;
  /** Value of that setting for our own image. */
  readonly ownValue: string;
  /**
   * Value of that setting for a local AWS where our own image cannot be built.
   *
   * @default the machines boot nothing else, so `npm start` leaves the stack out
   */
  readonly fallbackValue?: string;
  /** Values of that setting for an image of a real account. */
  readonly accountValues: readonly string[];
  /** The setting that gives the architecture of its machines, for messages. */
  readonly architectureSetting: string;
  /** The machines that boot it. A build takes their settings. */
  readonly machines: (settings: Settings) => ImageMachines;
}

/** An image of containers that stands in for one that only the internet has. `npm start` makes and pushes it. */
export interface StandIn {
  /** Its recipe: a folder below `scripts/local-aws/stand-ins/`. */
  readonly recipe: string;
  /** Name in ECR of the repository for it, which a stack before this one makes. */
  readonly repository: string;
  /** The setting that names the image by its digest. A value in a settings file keeps the stand-in away. */
  readonly setting: string;
}

/** What the build of an image takes from the settings of the machines that boot it. */
export interface ImageMachines {
  /** Processor architecture, as Debian names it. */
  readonly architecture: string;
  /** Subnet to build in. @default the default VPC's */
  readonly subnetId?: string;
  /** Whether they are to have a public address, whatever the subnet says. @default false */
  readonly publicAddress?: boolean;
  /** Where they mount the data volume. @default the image does not need to know */
  readonly mountPoint?: string;
}

/** A stack that `npm start` has deployed. */
export interface DeployedStack {
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Our own image that it declares. @default it declares none */
  readonly image?: DeployedImage;
}

/** One of our own images, in the local AWS. */
export interface DeployedImage {
  /** Whether the settings select it. */
  readonly wanted: boolean;
  /** The existing images, newest first. */
  readonly built: readonly { readonly id: string; readonly name: string }[];
  /** Why it could not be built: one sentence. */
  readonly problem?: string;
}

/** One hint that `npm start` prints: `Log in:  npm run local -- ssh`. */
export interface NextStep {
  readonly label: string;
  /** Lines, the first beside the label. */
  readonly lines: readonly string[];
}

/** Values of its own section, of those that it shares, and of those that every stack reads. */
export type StackSettings<
  Name extends string,
  Section extends z.ZodObject | undefined,
  Shared extends keyof SharedSettings = never,
> = CommonSettings &
  Pick<SharedSettings, Shared> &
  (Section extends z.ZodObject ? { readonly [Key in Name]: z.infer<Section> } : unknown);

/** Arguments of a stack's constructor. */
export interface StackProps<Settings extends CommonSettings = CommonSettings> {
  readonly definition: Pick<StackDefinition, "name" | "after">;
  readonly settings: Settings;
  /** A sentence for each setting that the stack needs before it can be deployed. */
  readonly missing: readonly string[];
  /** Stacks that come after it. */
  readonly dependents: readonly string[];
}

/** A stack's class. @typeParam Settings what it reads. @default whatever its definition says */
// biome-ignore lint/suspicious/noExplicitAny: each stack has settings of its own.
export type StackClass<Settings extends CommonSettings = any> = new (
  scope: Construct,
  props: StackProps<Settings>,
) => TerraformStack;

/** Declares a stack. TypeScript infers the settings that its rules and functions see. */
export function defineStack<
  const Name extends string,
  Section extends z.ZodObject | undefined = undefined,
  const Shared extends keyof SharedSettings = never,
>(definition: StackDefinition<Name, Section, Shared>): StackDefinition<Name, Section, Shared> {
  return definition;
}

import type { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { z } from "zod";
import type { LogIn } from "../guards/log-in";
import type { Protection } from "../guards/protection";
import type { CommonSettings, SharedSettings } from "../settings/common";
import type { Report, RightParts } from "../settings/fields/rules";

/**
 * All that anybody outside a stack has to know about it. It imports no cdktf: settings, guards, scripts and docs read
 * it without loading the program.
 */
export interface StackDefinition<
  Name extends string = string,
  Section extends z.ZodObject | undefined = z.ZodObject | undefined,
  Shared extends keyof SharedSettings = keyof SharedSettings,
> {
  /** Name of the stack: of its folder, its settings section, its Terraform state, and the value of its Stack tag. */
  readonly name: Name;
  /** Its own settings. @default none */
  readonly section?: Section;
  /** Sections of settings/common.ts that it reads, beside those that every stack reads. @default none */
  readonly shares?: readonly Shared[];
  /** Stacks that are deployed before it and destroyed after it. @default none */
  readonly after?: readonly string[];
  /** What it needs of the local AWS beside the API: `machines` that boot. @default nothing */
  readonly needs?: readonly "machines"[];
  /** Keys of tags that it sets, beside those of every stack. @default none */
  readonly ownTags?: readonly string[];
  /** Rules across sections. They see only valid values; a part that is missing breaks no rule. @default none */
  readonly rules?: (right: RightParts<StackSettings<Name, Section, Shared>>, report: Report) => void;
  /** What has to be set before it can be deployed, a sentence each. @default nothing */
  readonly missing?: (settings: StackSettings<Name, Section, Shared>) => readonly string[];
  /** How and why Terraform logs in over SSH when a command changes it. @default it never does */
  readonly logsIn?: (settings: StackSettings<Name, Section, Shared>, verb: string) => LogIn | undefined;
  /** What it protects, and how that is retired. @default nothing */
  readonly keeps?: (settings: StackSettings<Name, Section, Shared>) => Protection | undefined;
  /** The image of ours that its machines boot. @default none */
  readonly image?: StackImage<StackSettings<Name, Section, Shared>>;
  /** Output with the address of the machine that `npm run local -- ssh` logs in to. @default no such machine */
  readonly sshAddress?: string;
  /** What `npm start` says about it once it is deployed. @default nothing */
  readonly nextSteps?: (deployed: DeployedStack) => readonly NextStep[];
  /** Loads the Terraform stack, and with it cdktf. */
  readonly load: () => Promise<StackClass>;
}

/** An image of ours that a stack's machines boot when a setting says so. */
export interface StackImage<Settings> {
  /** Folder below `packer/`. */
  readonly folder: string;
  /** The setting that chooses the image, such as `ec2.image.source`. */
  readonly setting: string;
  /** Value of that setting for our own image. */
  readonly own: string;
  /** Value of that setting for a local AWS where our own image cannot be built. */
  readonly instead: string;
  /** Processor architecture, in Debian's words. */
  readonly architecture: (settings: Settings) => string;
}

/** A stack that `npm start` has deployed. */
export interface DeployedStack {
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The image of ours that it declares. @default it declares none */
  readonly image?: DeployedImage;
}

/** An image of ours in the local AWS. */
export interface DeployedImage {
  /** Whether the settings choose it. */
  readonly wanted: boolean;
  /** The images that are there, newest first. */
  readonly built: readonly { readonly id: string; readonly name: string }[];
  /** Why it could not be built: one sentence. */
  readonly problem?: string;
}

/** One thing that `npm start` says: `Log in:  npm run local -- ssh`. */
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

/** What a stack's constructor is given. */
export interface StackProps<Settings extends CommonSettings = CommonSettings> {
  readonly definition: Pick<StackDefinition, "name">;
  readonly settings: Settings;
  /** What has to be set before the stack can be deployed, a sentence each. */
  readonly missing: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: each stack has settings of its own; defineStack says which.
export type StackClass = new (scope: Construct, props: StackProps<any>) => TerraformStack;

/** Declares a stack. Its types follow from what is written: rules and functions see the settings that it reads. */
export function defineStack<
  const Name extends string,
  Section extends z.ZodObject | undefined = undefined,
  const Shared extends keyof SharedSettings = never,
>(definition: StackDefinition<Name, Section, Shared>): StackDefinition<Name, Section, Shared> {
  return definition;
}

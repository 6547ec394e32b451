import type { HclValue } from "./hcl/values";

/** Something that a build can be told: `packer build -var <name>=…`, or `PKR_VAR_<name>`. */
export interface ImageVariable {
  readonly name: string;
  /** HCL's type. */
  readonly type: "string" | "number" | "bool" | "list(string)" | "map(string)";
  readonly description: string;
  readonly default: HclValue;
  /** What must hold, with the sentence for when it does not. @default nothing */
  readonly validation?: { readonly condition: string; readonly errorMessage: string };
}

/** One thing that a build does on the machine; each is a provisioner, in this order. */
export type BuildStep =
  /** Runs a script of this image, or of `packer/shared`, with the environment that it documents. */
  | {
      readonly run: string;
      /** `root`, or the login user. @default root */
      readonly as?: "root" | "loginUser";
      /** Values are literal text, or expressions. @default none */
      readonly environment?: Readonly<Record<string, HclValue>>;
    }
  /** Brings a folder, relative to the image's own, to `/tmp/image`. */
  | { readonly upload: string }
  /** Fills in a template of Packer's (`.pkrtpl`), relative to the image's folder, and brings the result to `/tmp/image`. */
  | { readonly render: string; readonly to: string; readonly values: Readonly<Record<string, HclValue>> }
  /** Fetches a file from the machine into the output folder. */
  | { readonly download: string; readonly to: string };

/** A machine image, as `packer/<image>/image.ts` describes it: everything that differs from any other image. */
export interface ImageDescription {
  /** What it is, for the AMI's description: one line of at most 255 characters. */
  readonly summary: string;
  /** What its build can be told, beside what every build can (common-variables.ts). @default nothing */
  readonly variables?: readonly ImageVariable[];
  /** Free space that its build needs on the root disk, in MiB. */
  readonly neededMiB: number;
  /** Ports of its services, with a space between them; they must differ from each other and from SSH's. @default none */
  readonly ports?: HclValue;
  /** What it does on the machine, between what every build does before and after (build-steps.ts). */
  readonly steps: readonly BuildStep[];
  /** Folders with programs that dpkg knows nothing of, for the bill of materials. @default none */
  readonly programs?: {
    /** A virtual environment of Python's. */
    readonly pythonEnvironment?: HclValue;
    /** A repository of Maven artefacts. */
    readonly mavenRepository?: HclValue;
  };
  /** Tags of the AMI that say what is in it and what it was built with, beside those of every image. @default none */
  readonly versions?: Readonly<Record<string, HclValue>>;
}

/** An image that a template can be written for. */
export interface Image extends ImageDescription {
  /** Name of its folder below `packer/`; part of the AMI's name, and its Image tag. */
  readonly name: string;
  /** The setting that names the region, for messages. */
  readonly regionSetting: string;
  /** The setting that names the architecture, for messages. */
  readonly architectureSetting: string;
  /** All of them: those that every image has, then its own. */
  readonly variables: readonly ImageVariable[];
}

import type { HclValue } from "./hcl/values";

/** A variable of a build: `packer build -var <name>=…`, or `PKR_VAR_<name>`. */
export interface ImageVariable {
  readonly name: string;
  /** Type in HCL. */
  readonly type: "string" | "number" | "bool" | "list(string)" | "map(string)";
  readonly description: string;
  readonly default: HclValue;
  /** A condition, and the sentence if it does not hold. @default none */
  readonly validation?: { readonly condition: string; readonly errorMessage: string };
}

/** One step of a build on the machine. Each is a provisioner, in this order. */
export type BuildStep =
  /** Runs a script of this image, or of `packer/shared`, with the environment variables that it documents. */
  | {
      readonly run: string;
      /** `root`, or the login user. @default root */
      readonly as?: "root" | "loginUser";
      /** Values are literal text or expressions. @default none */
      readonly environment?: Readonly<Record<string, HclValue>>;
    }
  /** Uploads a folder, relative to the image's folder, to `/tmp/image`. */
  | { readonly upload: string }
  /** Fills in a Packer template (`.pkrtpl`), relative to the image's folder, and uploads the result to `/tmp/image`. */
  | { readonly render: string; readonly to: string; readonly values: Readonly<Record<string, HclValue>> }
  /** Downloads a file from the machine into the output folder. */
  | { readonly download: string; readonly to: string };

/** A machine image, as `packer/<image>/image.ts` describes it: everything that differs from other images. */
export interface ImageDescription {
  /** The AMI's description: one line of at most 255 characters. */
  readonly summary: string;
  /** Its variables, in addition to those of every build (common-variables.ts). @default none */
  readonly variables?: readonly ImageVariable[];
  /** Free space that its build needs on the root disk, in MiB. */
  readonly neededMiB: number;
  /** Ports of its services, separated by spaces. They must differ from each other and from SSH's. @default none */
  readonly ports?: HclValue;
  /** Its steps on the machine, between those that every build has before and after (build-steps.ts). */
  readonly steps: readonly BuildStep[];
  /** Folders with programs that dpkg does not know, for the bill of materials. @default none */
  readonly programs?: {
    /** A Python virtual environment. */
    readonly pythonEnvironment?: HclValue;
    /** A repository of Maven artefacts. */
    readonly mavenRepository?: HclValue;
  };
  /**
   * Tags of the AMI with its contents and the settings of its build, in addition to those of every image. @default none
   */
  readonly versions?: Readonly<Record<string, HclValue>>;
}

/** An image that a template can be written for. */
export interface Image extends ImageDescription {
  /** Name of its folder below `packer/`, part of the AMI's name, and value of its Image tag. */
  readonly name: string;
  /** The setting that names the region, for messages. */
  readonly regionSetting: string;
  /** The setting that names the architecture, for messages. */
  readonly architectureSetting: string;
  /** All its variables: first those of every image, then its own. */
  readonly variables: readonly ImageVariable[];
}

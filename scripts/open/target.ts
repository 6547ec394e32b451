import { existsSync } from "node:fs";
import type { Settings } from "../../stacks/settings";
import type { AwsPlace, LocalEndpoint } from "../aws/aws-calls";
import { CommandError } from "../support/command-error";
import { program } from "../support/program";

const { expandKeyFile } = program("guards/key-files");
const { typedCommand } = program("settings/typed-command");
const { definitions } = program("stacks/definitions");
const { machineTags } = program("stacks/names/machine");

/** The machine to open a tunnel to, as the settings describe it. */
export interface OpenTarget extends AwsPlace {
  /** Tags that only the machine has. */
  readonly tags: Readonly<Record<string, string>>;
  readonly ssh: Settings["ssh"];
  readonly services: Settings["services"];
  /** Path of the key that ssh offers first. @default ssh finds one */
  readonly keyFile?: string;
  /** The setting that chooses an image with our services, and the value that does. */
  readonly imageSetting: string;
  readonly commands: OpenCommands;
}

/** Commands for messages, as a person types them. */
export interface OpenCommands {
  /** Opens the same again. */
  readonly open: string;
  /** Deploys the machine. */
  readonly deploy: string;
  /** Deploys the stack of the machine alone. */
  readonly deployAlone: string;
  /** Boots the newest image. */
  readonly bootNewest: string;
}

/**
 * The development machine.
 *
 * @param local the local AWS that has it. @default AWS itself, or AWS_ENDPOINT_URL
 */
export function openTarget(settings: Settings, local?: LocalEndpoint): OpenTarget {
  const { aws, ssh, services, environment } = settings;
  const stack = definitions.find(({ sshAddress }) => sshAddress !== undefined);
  if (stack === undefined) throw new CommandError("no stack has a machine to log in to");
  const { name, after = [], image } = stack;
  const deployAlone = `npx cdktf deploy ${name}`;
  const keyFile = keyFileOf(ssh);
  return {
    region: aws.region,
    profile: aws.profile,
    ...(local && { local }),
    tags: machineTags(settings),
    ssh,
    services,
    ...(keyFile && { keyFile }),
    imageSetting: `${image?.setting}: ${image?.ownValue}`,
    commands: {
      open: environment === "local" ? "npm run local -- open" : "npm run open",
      deploy: typedCommand(environment, `npx cdktf deploy ${[...after, name].join(" ")}`),
      deployAlone: typedCommand(environment, deployAlone),
      bootNewest: typedCommand(environment, `WORKBENCH_${name.toUpperCase()}_IMAGE_FOLLOW_NEW=true ${deployAlone}`),
    },
  };
}

/**
 * Without a private key in the settings, ssh finds one. To name the public key's other half keeps an agent with many
 * keys from offering too many wrong ones first.
 */
function keyFileOf({ privateKeyFile, publicKeyFile }: Settings["ssh"]): string | undefined {
  if (privateKeyFile !== null) return expandKeyFile(privateKeyFile);
  const file = expandKeyFile(publicKeyFile);
  // ssh takes a public key for that of an agent.
  return [file.replace(/\.pub$/, ""), file].find((each) => existsSync(each));
}

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { cacheDirectory, terraformConfigFile } from "../support/project";
import { findProviderMirror, mirrorAt, type ProviderMirror, type WantedProvider } from "./provider-mirror";
import type { Step } from "./step";
import { findTerraform, type Terraform } from "./terraform";
import { findProgram } from "./tools";
import { unpackProvider } from "./unpack-provider";

/** The Terraform and the provider that set-up found. The first line of the written configuration keeps them. */
export interface TerraformSetup {
  readonly terraform: Terraform;
  /** Path, size and time of Terraform's program. They show without a call when another program is there. */
  readonly fingerprint: string;
  readonly provider: { readonly source: string; readonly version: string };
  /** The mirror with the unpacked provider. */
  readonly mirror: ProviderMirror;
}

const FACTS = "# workbench: ";

/** The AWS provider from which the installed `@cdktf/provider-aws` is generated. */
export function pinnedProvider(): { source: string; version: string } {
  const { cdktf } = createRequire(import.meta.url)("@cdktf/provider-aws/package.json");
  return { source: cdktf.provider.name, version: cdktf.provider.version };
}

/** The folder into which set-up unpacks the provider if it finds no unpacked one. All clones of a user share it. */
function ownMirror(environment: NodeJS.ProcessEnv = process.env): string {
  return path.join(cacheDirectory(environment), "terraform-providers");
}

/** Writes Terraform's CLI configuration. Terraform links to an unpacked provider, so it copies and writes nothing. */
export function cliConfiguration(setup: TerraformSetup): string {
  const { mirror, provider } = setup;
  const lines = [
    `${FACTS}${JSON.stringify(setup)}`,
    "# Written by set-up (scripts/setup/terraform-cli-config.ts); do not edit.",
    "disable_checkpoint = true",
    "provider_installation {",
    "  filesystem_mirror {",
    `    path    = ${quoted(mirror.path)}`,
    `    include = [${quoted(provider.source)}]`,
    "  }",
    "  direct {",
    `    exclude = [${quoted(provider.source)}]`,
    "  }",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** Reads what the last set-up found. Undefined before the first set-up, and when set-up did not write the file. */
export function readTerraformSetup(file: string = terraformConfigFile): TerraformSetup | undefined {
  try {
    const [first = ""] = readFileSync(file, "utf8").split("\n", 1);
    return first.startsWith(FACTS) ? JSON.parse(first.slice(FACTS.length)) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Finds Terraform and an unpacked provider, and writes `.workbench/terraform.rc`. Unpacks the provider if none is
 * unpacked. The step is done as long as the recorded Terraform and provider are still there.
 */
export const cliConfigurationStep: Step = {
  title: "Find Terraform and the AWS provider",
  isDone: () => {
    const setup = readTerraformSetup();
    const { source, version } = pinnedProvider();
    if (setup === undefined || setup.provider.source !== source || setup.provider.version !== version) return false;
    if (fingerprintOf(findProgram("terraform")) !== setup.fingerprint) return false;
    return isUnpacked(setup.mirror, { source, version, platform: setup.terraform.platform });
  },
  run: async (report) => {
    const terraform = await findTerraform();
    const provider = pinnedProvider();
    report(`Terraform ${terraform.version}; looking for a mirror of ${provider.source} ${provider.version}`);
    const mirror = await unpackedMirror(terraform, provider, report);
    mkdirSync(path.dirname(terraformConfigFile), { recursive: true });
    const partial = `${terraformConfigFile}.${process.pid}`;
    const setup = { terraform, fingerprint: fingerprintOf(terraform.file), provider, mirror };
    writeFileSync(partial, cliConfiguration(setup));
    renameSync(partial, terraformConfigFile);
    report(`Terraform ${terraform.version}, provider from ${mirror.path}`);
  },
};

async function unpackedMirror(
  terraform: Terraform,
  provider: TerraformSetup["provider"],
  report: (progress: string) => void,
): Promise<ProviderMirror> {
  const wanted = { ...provider, platform: terraform.platform };
  const own = { path: ownMirror(), layout: "unpacked" as const };
  const found = isUnpacked(own, wanted) ? own : findProviderMirror(wanted, { environment: process.env });
  if (found?.layout === "unpacked") return found;
  report(`unpacking the provider from ${found?.path ?? "the registry (about 150 MB)"}, once`);
  return unpackProvider(wanted, { terraform: terraform.file, from: found, to: own.path });
}

/** Tells whether a mirror is unpacked. Earlier versions of set-up also recorded packed mirrors, or none. */
function isUnpacked(mirror: ProviderMirror | undefined, wanted: WantedProvider): boolean {
  return mirror !== undefined && mirrorAt(mirror.path, wanted)?.layout === "unpacked";
}

function fingerprintOf(file: string | undefined): string {
  if (file === undefined) return "missing";
  const { size, mtimeMs } = statSync(file);
  return `${file} ${size} ${Math.round(mtimeMs)}`;
}

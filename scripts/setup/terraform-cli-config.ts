import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { cacheDirectory, terraformConfigFile } from "../support/project";
import { findProviderMirror, mirrorAt, type ProviderMirror, type WantedProvider } from "./provider-mirror";
import type { Step } from "./step";
import { findTerraform, type Terraform } from "./terraform";
import { findProgram } from "./tools";
import { unpackProvider } from "./unpack-provider";

/** What set-up found out about Terraform and its provider; kept in the first line of the configuration it wrote. */
export interface TerraformSetup {
  readonly terraform: Terraform;
  /** Size and time of the program that was asked, so that another one is noticed without running it. */
  readonly fingerprint: string;
  readonly provider: { readonly source: string; readonly version: string };
  /** Where the provider is, unpacked. */
  readonly mirror: ProviderMirror;
}

const FACTS = "# workbench: ";

/** The AWS provider that the installed `@cdktf/provider-aws` is generated from. */
export function pinnedProvider(): { source: string; version: string } {
  const { cdktf } = createRequire(import.meta.url)("@cdktf/provider-aws/package.json");
  return { source: cdktf.provider.name, version: cdktf.provider.version };
}

/** Where set-up unpacks the provider when it finds no unpacked one: once a user, however many clones. */
function ownMirror(environment: NodeJS.ProcessEnv = process.env): string {
  return path.join(cacheDirectory(environment), "terraform-providers");
}

/** Terraform's CLI configuration. Terraform links to an unpacked provider where it is: nothing is copied or written. */
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

/** What the last set-up found; undefined before the first, or when the file is not (any more) what set-up wrote. */
export function readTerraformSetup(file: string = terraformConfigFile): TerraformSetup | undefined {
  try {
    const [first = ""] = readFileSync(file, "utf8").split("\n", 1);
    return first.startsWith(FACTS) ? JSON.parse(first.slice(FACTS.length)) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Finds Terraform and an unpacked provider, which it unpacks itself where there is none, and writes `.workbench/terraform.rc`.
 * Done as long as what was found still holds.
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

/** Set-up of earlier versions wrote down packed mirrors too, or none. */
function isUnpacked(mirror: ProviderMirror | undefined, wanted: WantedProvider): boolean {
  return mirror !== undefined && mirrorAt(mirror.path, wanted)?.layout === "unpacked";
}

function fingerprintOf(file: string | undefined): string {
  if (file === undefined) return "missing";
  const { size, mtimeMs } = statSync(file);
  return `${file} ${size} ${Math.round(mtimeMs)}`;
}

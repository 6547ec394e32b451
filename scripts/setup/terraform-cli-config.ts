import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { cacheDirectory, terraformConfigFile } from "../support/project";
import { findProviderMirror, mirrorAt, type ProviderMirror } from "./provider-mirror";
import type { Step } from "./step";
import { findTerraform, type Terraform } from "./terraform";
import { findProgram } from "./tools";

/** What set-up found out about Terraform and its provider; kept in the first line of the configuration it wrote. */
export interface TerraformSetup {
  readonly terraform: Terraform;
  /** Size and time of the program that was asked, so that another one is noticed without running it. */
  readonly fingerprint: string;
  readonly provider: { readonly source: string; readonly version: string };
  /** Absent: the registry. */
  readonly mirror?: ProviderMirror;
}

const FACTS = "# workbench: ";

/** The AWS provider that the installed `@cdktf/provider-aws` is generated from. */
export function pinnedProvider(): { source: string; version: string } {
  const { cdktf } = createRequire(import.meta.url)("@cdktf/provider-aws/package.json");
  return { source: cdktf.provider.name, version: cdktf.provider.version };
}

/** Where Terraform keeps providers from the registry, or from a packed mirror: once a user, however many stacks. */
function pluginCacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return path.join(cacheDirectory(environment), "terraform-plugins");
}

/**
 * Terraform's CLI configuration. An unpacked mirror is linked to where it is, so it needs no cache, and is spared the
 * cache's one flaw: two `terraform init` at once may spoil it. Anything else is unpacked once, into the cache, and linked
 * from there; that needs the cache to count for stacks without a lock file, which those of the local AWS are at first.
 */
export function cliConfiguration(setup: TerraformSetup, pluginCache: string): string {
  const { mirror, provider } = setup;
  const lines = [
    `${FACTS}${JSON.stringify(setup)}`,
    "# Written by set-up (scripts/setup/terraform-cli-config.ts); do not edit.",
    "disable_checkpoint = true",
  ];
  if (mirror?.layout !== "unpacked") {
    lines.push(`plugin_cache_dir = ${quoted(pluginCache)}`, "plugin_cache_may_break_dependency_lock_file = true");
  }
  if (mirror) {
    lines.push(
      "provider_installation {",
      "  filesystem_mirror {",
      `    path    = ${quoted(mirror.path)}`,
      `    include = [${quoted(provider.source)}]`,
      "  }",
      "  direct {",
      `    exclude = [${quoted(provider.source)}]`,
      "  }",
      "}",
    );
  }
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

/** Finds Terraform and the provider, and writes `.workbench/terraform.rc`. Done as long as what was found still holds. */
export const cliConfigurationStep: Step = {
  title: "Find Terraform and the AWS provider",
  isDone: () => {
    const setup = readTerraformSetup();
    const { source, version } = pinnedProvider();
    if (setup === undefined || setup.provider.source !== source || setup.provider.version !== version) return false;
    if (fingerprintOf(findProgram("terraform")) !== setup.fingerprint) return false;
    const wanted = { source, version, platform: setup.terraform.platform };
    return mirrorAt(setup.mirror?.path ?? pluginCacheDirectory(), wanted) !== undefined;
  },
  run: async (report) => {
    const terraform = await findTerraform();
    const provider = pinnedProvider();
    report(`Terraform ${terraform.version}; looking for a mirror of ${provider.source} ${provider.version}`);
    const mirror = findProviderMirror({ ...provider, platform: terraform.platform }, { environment: process.env });
    const setup = { terraform, fingerprint: fingerprintOf(terraform.file), provider, mirror };
    const pluginCache = pluginCacheDirectory();
    // Terraform refuses a cache directory that does not exist.
    mkdirSync(pluginCache, { recursive: true });
    mkdirSync(path.dirname(terraformConfigFile), { recursive: true });
    const partial = `${terraformConfigFile}.${process.pid}`;
    writeFileSync(partial, cliConfiguration(setup, pluginCache));
    renameSync(partial, terraformConfigFile);
    report(
      `Terraform ${terraform.version}, provider from ${mirror ? mirror.path : "the registry (once, about 150 MB)"}`,
    );
  },
};

function fingerprintOf(file: string | undefined): string {
  if (file === undefined) return "missing";
  const { size, mtimeMs } = statSync(file);
  return `${file} ${size} ${Math.round(mtimeMs)}`;
}

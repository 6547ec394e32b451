import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** The name of Terraform's public registry, and of the folder in a mirror that holds its providers. */
const REGISTRY_HOST = "registry.terraform.io";

/** The provider that a mirror must hold, in one version for one platform. */
export interface WantedProvider {
  /** As Terraform writes it: `registry.terraform.io/hashicorp/aws`. */
  readonly source: string;
  readonly version: string;
  /** As Terraform writes it: `linux_amd64`. */
  readonly platform: string;
}

/** A folder that Terraform can install from instead of the registry. */
export interface ProviderMirror {
  /** The mirror's path in Terraform's terms: the folder that holds `registry.terraform.io`. */
  readonly path: string;
  /** Terraform links to an unpacked provider. It must unpack a packed one first. */
  readonly layout: "unpacked" | "packed";
}

/** Where to search. Tests pass a fake root. */
export interface MirrorSearch {
  /** @default "/" */
  readonly root?: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Node's name of the operating system. @default this computer's */
  readonly os?: NodeJS.Platform;
}

/** Usual prefixes of software that was installed without a package manager. */
const ADD_ON_PREFIXES = ["/opt", "/usr/local", "/usr/share", "/usr/lib", "/srv"];

/** The depth of the search below a prefix: `/opt/<vendor>/<product>/registry.terraform.io` is three. */
const ADD_ON_DEPTH = 3;

/**
 * Finds a mirror that holds the wanted provider. Searches the folders that Terraform itself searches, then the usual
 * add-on prefixes. Undefined means that the provider comes from the registry.
 */
export function findProviderMirror(wanted: WantedProvider, search: MirrorSearch): ProviderMirror | undefined {
  const root = search.root ?? "/";
  for (const directory of terraformDirectories(search)) {
    const mirror = mirrorAt(directory, wanted);
    if (mirror) return mirror;
  }
  for (const prefix of ADD_ON_PREFIXES) {
    for (const directory of directoriesWithRegistry(path.join(root, prefix), ADD_ON_DEPTH)) {
      const mirror = mirrorAt(directory, wanted);
      if (mirror) return mirror;
    }
  }
  return undefined;
}

/** Returns `directory` as a mirror if it holds the wanted provider, in that version and for that platform. */
export function mirrorAt(directory: string, wanted: WantedProvider): ProviderMirror | undefined {
  const provider = path.join(directory, ...wanted.source.split("/"));
  const type = path.basename(provider);
  const unpacked = entries(path.join(provider, wanted.version, wanted.platform));
  if (unpacked.some((entry) => entry.name.startsWith(`terraform-provider-${type}`))) {
    return { path: directory, layout: "unpacked" };
  }
  const archive = `terraform-provider-${type}_${wanted.version}_${wanted.platform}.zip`;
  return entries(provider).some((entry) => entry.name === archive) ? { path: directory, layout: "packed" } : undefined;
}

/**
 * The folders that Terraform searches by itself, and its plugin cache, which has the same layout. Source, read
 * 2026-11-21: https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
 */
function terraformDirectories({ root = "/", environment, os = process.platform }: MirrorSearch): string[] {
  const home = environment["HOME"] || homedir();
  const inHome = [path.join(home, ".terraform.d", "plugins"), path.join(home, ".terraform.d", "plugin-cache")];
  const cache = environment["TF_PLUGIN_CACHE_DIR"];
  const shared =
    os === "darwin"
      ? [
          path.join(home, "Library/Application Support/io.terraform/plugins"),
          "/Library/Application Support/io.terraform/plugins",
        ]
      : [
          environment["XDG_DATA_HOME"] || path.join(home, ".local", "share"),
          ...(environment["XDG_DATA_DIRS"] || "/usr/local/share:/usr/share").split(":"),
        ].map((directory) => path.join(directory, "terraform", "plugins"));
  return [...inHome, ...(cache ? [cache] : []), ...shared].map((directory) => path.join(root, directory));
}

/** Finds every folder that holds a registry's mirror, at most `depth` levels down. Does not follow links. */
function directoriesWithRegistry(directory: string, depth: number): string[] {
  const children = entries(directory).filter((entry) => entry.isDirectory());
  if (children.some((entry) => entry.name === REGISTRY_HOST)) return [directory];
  if (depth <= 1) return [];
  return children.flatMap((entry) => directoriesWithRegistry(path.join(directory, entry.name), depth - 1));
}

/** Lists a folder, sorted so that a search finds the same mirror everywhere. Empty when the folder cannot be read. */
function entries(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

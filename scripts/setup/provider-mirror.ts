import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** Where Terraform's public registry's providers are below a mirror, by the registry's name. */
const REGISTRY_HOST = "registry.terraform.io";

/** One provider in one version for one platform: what a mirror has to hold to be of use. */
export interface WantedProvider {
  /** As Terraform writes it: `registry.terraform.io/hashicorp/aws`. */
  readonly source: string;
  readonly version: string;
  /** As Terraform writes it: `linux_amd64`. */
  readonly platform: string;
}

/** A folder that Terraform can install from instead of the registry. */
export interface ProviderMirror {
  /** What Terraform calls the mirror's path: the folder that holds `registry.terraform.io`. */
  readonly path: string;
  /** Terraform links to an unpacked provider where it is; a packed one has to be unpacked first. */
  readonly layout: "unpacked" | "packed";
}

/** Where to look; a fake root makes the search testable. */
export interface MirrorSearch {
  /** @default "/" */
  readonly root?: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Node's name of the operating system. @default this one's */
  readonly os?: NodeJS.Platform;
}

/** Usual prefixes of software that no package manager owns. */
const ADD_ON_PREFIXES = ["/opt", "/usr/local", "/usr/share", "/usr/lib", "/srv"];

/** How deep below a prefix a mirror may begin: `/opt/<vendor>/<product>/registry.terraform.io` is three. */
const ADD_ON_DEPTH = 3;

/**
 * Finds a mirror that holds the wanted provider: first where Terraform itself would look, then below the usual add-on
 * prefixes. Undefined means: the registry.
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

/** Does `directory` hold the wanted provider, in the version and for the platform? */
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
 * The folders that Terraform searches by itself (https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories,
 * read 2026-11-21), and its plugin cache, which has the same layout.
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

/** Every folder at most `depth` levels below `directory` in which a registry's mirror begins. Links are not followed. */
function directoriesWithRegistry(directory: string, depth: number): string[] {
  const children = entries(directory).filter((entry) => entry.isDirectory());
  if (children.some((entry) => entry.name === REGISTRY_HOST)) return [directory];
  if (depth <= 1) return [];
  return children.flatMap((entry) => directoriesWithRegistry(path.join(directory, entry.name), depth - 1));
}

/** What is in a folder, sorted so that a search finds the same thing everywhere; nothing when it cannot be read. */
function entries(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

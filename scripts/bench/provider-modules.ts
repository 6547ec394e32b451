import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "../support/project";

/**
 * Lists the provider modules that the stacks and their modules load, sorted: `@cdktf/provider-aws/lib/instance` … Reads
 * them from the imports. Leaves out type-only imports, because these load nothing.
 *
 * @param root folder with stacks/ and modules/. @default the project
 */
export function providerModules(root = projectRoot): string[] {
  const sources = ["stacks", "modules"].flatMap((folder) => typeScriptBelow(path.join(root, folder)));
  return [...new Set(sources.flatMap((file) => importsIn(readFileSync(file, "utf8"))))].sort();
}

function typeScriptBelow(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return entries.filter((entry) => entry.endsWith(".ts")).map((entry) => path.join(directory, entry));
}

function importsIn(source: string): string[] {
  const imports = source.matchAll(/^import\s+(?!type\s)[^"]*"(@cdktf\/provider-aws[^"]*)"/gm);
  return [...imports].map(([, module]) => module as string);
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "../support/project";

/**
 * Lists the provider modules that the stacks and their modules load, sorted: `@cdktf/provider-aws/lib/instance` … Reads
 * them from the imports. Leaves out type-only imports, because these load nothing, and modules that no stack uses.
 *
 * @param root folder with stacks/ and modules/. @default the project
 */
export function providerModules(root = projectRoot): string[] {
  const found = new Set<string>();
  const read = new Set<string>();
  const follow = (file: string): void => {
    if (read.has(file)) return;
    read.add(file);
    for (const imported of importsIn(readFileSync(file, "utf8"))) {
      if (imported.startsWith("@cdktf/provider-aws")) found.add(imported);
      const source = path.resolve(path.dirname(file), `${imported}.ts`);
      if (imported.startsWith(".") && existsSync(source)) follow(source);
    }
  };
  for (const file of typeScriptBelow(path.join(root, "stacks"))) follow(file);
  return [...found].sort();
}

function typeScriptBelow(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return entries.filter((entry) => entry.endsWith(".ts")).map((entry) => path.join(directory, entry));
}

function importsIn(source: string): string[] {
  const imports = source.matchAll(/^import\s+(?!type\s)[^"]*"([^"]*)"/gm);
  return [...imports].map(([, module]) => module as string);
}

import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The stacks of the example, in order of deployment. */
export const exampleStacks = ["archive-data", "archive"] as const;

/** Adds the stacks of the example to a checkout: a folder and a line each, and the scripts of their hosts. */
export function addExample(directory: string): void {
  const list = join(directory, "stacks", "index.ts");
  const lines = exampleStacks.map((name) => {
    addFolder(join(__dirname, name), join(directory, "stacks", name));
    const variable = name.replace(/-./, ([, letter = ""]) => letter.toUpperCase());
    return `export { ${variable} } from "./${name}/definition";`;
  });
  const others = readFileSync(list, "utf8").trim().split("\n");
  writeFileSync(list, `${[...new Set([...others, ...lines])].sort().join("\n")}\n`);
  cpSync(join(__dirname, "machine"), join(directory, "scripts", "machine"), { recursive: true });
}

/** Copies a stack, with the imports that it has below stacks/. */
function addFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  for (const file of readdirSync(to)) {
    const text = readFileSync(join(to, file), "utf8");
    writeFileSync(join(to, file), text.replaceAll("../../../stacks/", "../").replaceAll("../../../", "../../"));
  }
}

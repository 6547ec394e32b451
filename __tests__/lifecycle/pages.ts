import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "../../scripts/support/project";

/**
 * What a stack's page says below a heading, up to the next heading of any level. Names are those of the stories: the
 * environment is `local`.
 *
 * @param from only what follows these words. @default all
 * @param to only what comes before these words. @default all
 */
export function pageSection(
  stack: string,
  heading: string,
  { from, to }: { readonly from?: string; readonly to?: string } = {},
): string {
  const page = readFileSync(path.join(projectRoot, "stacks", stack, "README.md"), "utf8");
  // A comment in a block of commands begins as a heading does, so a heading follows an empty line.
  const section = part(page, `\n${heading}\n`, /\n\n#+ /);
  return part(section, from ?? "", to ?? /$(?!\s)/)
    .replaceAll("workbench-default", "workbench-local")
    .replaceAll("Value=default", "Value=local");
}

/** The commands in the code blocks of a text. */
export function codeBlocks(text: string): string[] {
  return [...text.matchAll(/^ *```sh\n(.*?)^ *```/gms)].map(([, commands = ""]) => commands);
}

/** The cdktf commands in the sentences of a text, which then ask nobody. */
export function cdktfCommands(text: string): string[] {
  return [...text.matchAll(/`([^`\n]*npx cdktf (?:deploy|destroy) [^`\n]+)`/g)].map(
    ([, command = ""]) => `${command} --auto-approve`,
  );
}

function part(text: string, from: string, to: string | RegExp): string {
  const begin = text.indexOf(from);
  if (begin < 0) throw new Error(`expected ${JSON.stringify(from)} on the page`);
  const rest = text.slice(begin + from.length);
  const end = rest.search(typeof to === "string" ? to.replaceAll(/[*().]/g, "\\$&") : to);
  if (end < 0 && typeof to === "string") throw new Error(`expected ${JSON.stringify(to)} on the page`);
  return end < 0 ? rest : rest.slice(0, end);
}

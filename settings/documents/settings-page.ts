import type { z } from "zod";
import { defaultsOf } from "../load/defaults";
import { settingVariables } from "../load/environment-variables";

/**
 * Markdown page with a table of every setting: its name, its default, what it means, and its environment variable.
 *
 * @param stacks names of the stacks, whose pages it links
 */
export function settingsPage(sections: z.ZodObject, stacks: readonly string[]): string {
  const defaults = defaultsOf(sections);
  const rows = settingVariables(sections).map(({ path, variable, description }) => {
    if (!description) throw new Error(`${path.join(".")}: expected .describe(…) in its schema, got none`);
    const cells = [code(path.join(".")), code(shown(at(defaults, path))), description, code(variable)];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return `# Settings

<!-- Generated from the settings' schema by \`npm run settings:generate\`. -->

Write only what differs into \`settings/<environment>.yaml\` and choose it with \`WORKBENCH_ENV=<environment>\`. An environment
variable can give one value. Order: the defaults below < \`settings/<environment>.yaml\` < variable. Every problem is
reported at once, before Terraform runs. Secrets are never settings.

Editors that know YAML schemas complete a settings file and check it while you type: begin it with
\`# yaml-language-server: $schema=./schema.json\`, as \`settings/local.yaml\` does.

The stacks' own pages: ${stacks.map((name) => `[\`${name}\`](../stacks/${name}/README.md)`).join(", ")}.

| Setting | Default | Meaning | Variable |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function at(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((branch, key) => (branch as Record<string, unknown>)[key], tree);
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function code(text: string): string {
  return `\`${text}\``;
}

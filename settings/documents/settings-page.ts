import type { z } from "zod";
import { defaultsOf } from "../load/defaults";
import { settingVariables } from "../load/environment-variables";

/**
 * Markdown page with a table of every setting: name, default, description and environment variable.
 *
 * @param stacks names of the stacks; the page links theirs
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

Write only the values that differ into \`settings/<environment>.yaml\`, and select that file with
\`WORKBENCH_ENV=<environment>\`. An environment variable sets one value. Each of these overrides the one before: the
defaults below, \`settings/<environment>.yaml\`, environment variables. All problems are reported at once, before
Terraform runs. Secrets are never settings.

Editors that support YAML schemas complete a settings file and check it while you type. Begin the file with
\`# yaml-language-server: $schema=./schema.json\`, as \`settings/local.yaml\` does.

The pages of the stacks:
${stacks.map((name) => `[\`${name}\`](../stacks/${name}/README.md)`).join(", ")}.

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

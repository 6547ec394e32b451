import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { App } from "cdktf";
import { buildApp, loadStacks } from "../../app";
import { definitions } from "../../stacks/definitions";
import { loadSettings, type Settings } from "../../stacks/settings";
import { temporaryFolder } from "../temporary-folder";

/** The parts of a stack's Terraform JSON that tests read. */
export interface TerraformJson {
  readonly terraform: Record<string, Record<string, Record<string, unknown>>>;
  readonly provider: Record<string, Record<string, unknown>[]>;
  readonly import?: readonly Record<string, unknown>[];
  readonly data: Blocks;
  readonly resource: Blocks;
  readonly output: Record<string, { value: unknown; description?: string }>;
}

// biome-ignore lint/suspicious/noExplicitAny: arguments of every resource type; a test names the one it means.
type Blocks = Record<string, Record<string, any>>;

/** The settings of `local`, with values by variable name without the prefix: `{ EBS_IOPS: "4000" }`. */
export function settingsWith(values: Readonly<Record<string, string>> = {}): Settings {
  const variables = Object.entries(values).map(([name, value]) => [`WORKBENCH_${name}`, value]);
  return loadSettings({ environment: { WORKBENCH_ENV: "local", ...Object.fromEntries(variables) } });
}

/** Every stack of the program, loaded. */
export const stacks = await loadStacks();

/** The whole program with settings as from {@link settingsWith}, and an output folder of its own. */
export function appWith(values: Readonly<Record<string, string>> = {}): App {
  return buildApp(stacks, settingsWith(values), { outdir: temporaryFolder("synth-") });
}

/** Names of all stacks. */
export const stackNames: readonly string[] = definitions.map(({ name }) => name);

/** Synthesizes the whole program, and returns the named stack's JSON. */
export function synthesize(stack: string, values: Readonly<Record<string, string>> = {}): TerraformJson {
  const app = appWith(values);
  app.synth();
  return JSON.parse(readFileSync(join(app.outdir, "stacks", stack, "cdk.tf.json"), "utf8"));
}

/** The only resource of its type. */
export function only(blocks: Blocks, type: string): Blocks[string][string] {
  const found = Object.values(blocks[type] ?? {});
  if (found.length !== 1) throw new Error(`expected one ${type}, got ${found.length}`);
  return found[0];
}

/** Addresses of the resources that no plan may destroy. */
export function protectedIn({ resource }: Pick<TerraformJson, "resource">): string[] {
  return Object.entries(resource).flatMap(([type, blocks]) =>
    Object.entries(blocks).flatMap(([id, { lifecycle }]) => (lifecycle?.prevent_destroy ? [`${type}.${id}`] : [])),
  );
}

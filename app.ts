import { App } from "cdktf";
import type { CdktfCommand } from "./guards/cdktf-command";
import type { StackClass, StackDefinition } from "./stacks/define-stack";
import { definitions, dependentsOf } from "./stacks/definitions";
import { type Settings, settingsOf } from "./stacks/settings";
import { WorkbenchStack } from "./stacks/workbench-stack";

/** A stack ready to build: its definition, and its class, which loads cdktf. */
export interface LoadedStack {
  readonly definition: StackDefinition;
  readonly StackClass: StackClass;
}

/** Where the program writes, and for which command. */
export interface AppOptions {
  /** Folder for the output. @default `CDKTF_OUTDIR`, else cdktf.out */
  readonly outdir?: string;
  /** The cdktf command that started this run. It sets the order of stacks in manifest.json. @default none */
  readonly command?: CdktfCommand;
}

/** Loads every stack of the program, in order of deployment. */
export function loadStacks(): Promise<LoadedStack[]> {
  return Promise.all(definitions.map(async (definition) => ({ definition, StackClass: await definition.load() })));
}

/**
 * Builds the program for one environment: one stack object per definition. A stack's JSON depends only on the settings.
 */
export function buildApp(
  stacks: readonly LoadedStack[],
  settings: Settings,
  { outdir, command }: AppOptions = {},
): App {
  // cdktf's validations only run `terraform version`, once per terraform_data. required_version makes Terraform check.
  const app = new App({ outdir, stackTraces: false, skipValidation: true });
  for (const { definition, StackClass } of stacks) {
    const own = settingsOf(definition, settings);
    const dependents = dependentsOf(definition.name);
    new StackClass(app, { definition, settings: own, missing: definition.missing?.(own) ?? [], dependents });
  }
  if (command) orderStacks(app, command);
  return app;
}

/** Every stack that {@link buildApp} made. */
export function stacksOf(app: App): WorkbenchStack[] {
  return app.node.children.filter((child) => child instanceof WorkbenchStack);
}

/**
 * Makes a stack wait for the stacks in its `after` that the same command names. If a command does not name a
 * dependency, cdktf refuses the command.
 */
function orderStacks(app: App, command: CdktfCommand): void {
  const named = new Map(stacksOf(app).map((stack) => [stack.node.id, stack]));
  for (const name of named.keys()) if (!command.names(name)) named.delete(name);
  for (const { name, after = [] } of definitions) {
    for (const other of after) {
      const before = named.get(other);
      if (before) named.get(name)?.addDependency(before);
    }
  }
}

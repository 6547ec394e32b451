import { App } from "cdktf";
import type { CdktfCommand } from "./guards/cdktf-command";
import type { StackClass, StackDefinition } from "./stacks/define-stack";
import { definitions } from "./stacks/definitions";
import { type Settings, settingsOf } from "./stacks/settings";
import { WorkbenchStack } from "./stacks/workbench-stack";

/** A stack that can be built: its definition, and its class, which brings cdktf. */
export interface LoadedStack {
  readonly definition: StackDefinition;
  readonly StackClass: StackClass;
}

/** Where the program writes, and for which command. */
export interface AppOptions {
  /** Folder for the output. @default `CDKTF_OUTDIR`, else cdktf.out */
  readonly outdir?: string;
  /** The cdktf command that asked for this run. It decides in manifest.json which stack waits for which. @default none */
  readonly command?: CdktfCommand;
}

/** Loads every stack of the program, in order of deployment. */
export function loadStacks(): Promise<LoadedStack[]> {
  return Promise.all(definitions.map(async (definition) => ({ definition, StackClass: await definition.load() })));
}

/** The whole program for one environment: one stack object a definition. The JSON of a stack depends on the settings alone. */
export function buildApp(
  stacks: readonly LoadedStack[],
  settings: Settings,
  { outdir, command }: AppOptions = {},
): App {
  // cdktf's validations only ask `terraform version`, once for each terraform_data; required_version asks Terraform itself.
  const app = new App({ outdir, stackTraces: false, skipValidation: true });
  for (const { definition, StackClass } of stacks) {
    const own = settingsOf(definition, settings);
    new StackClass(app, { definition, settings: own, missing: definition.missing?.(own) ?? [] });
  }
  if (command) orderStacks(app, command);
  return app;
}

/** Every stack of the program, as {@link buildApp} made them. */
export function stacksOf(app: App): WorkbenchStack[] {
  return app.node.children.filter((child) => child instanceof WorkbenchStack);
}

/**
 * Lets a stack wait for those that it is deployed after, when one command names them all. A dependency that a command does
 * not name makes cdktf refuse the command.
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

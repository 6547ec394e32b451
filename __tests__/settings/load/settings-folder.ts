import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadSettings, type Settings } from "../../../stacks/settings";
import { temporaryFolder } from "../../temporary-folder";

/** A settings folder with `file` as the environment "test". */
export function settingsFolder(file: string): string {
  const directory = temporaryFolder("settings-");
  writeFileSync(join(directory, "test.yaml"), file);
  return directory;
}

/** Loads the environment "test" with `file` as its settings, and variables. */
export function load(file: string, environment: NodeJS.ProcessEnv = {}): Settings {
  return loadSettings({ directory: settingsFolder(file), environment: { WORKBENCH_ENV: "test", ...environment } });
}

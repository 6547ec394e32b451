import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSettings } from "../../../settings/load/load";
import type { Settings } from "../../../settings/schema";

const settingsDirectory = join(__dirname, "../../../settings");

/** A settings folder with our defaults and `file` as the environment "test". */
export function settingsFolder(file: string): string {
  const directory = mkdtempSync(join(tmpdir(), "settings-"));
  writeFileSync(join(directory, "default.yaml"), readFileSync(join(settingsDirectory, "default.yaml")));
  writeFileSync(join(directory, "test.yaml"), file);
  return directory;
}

/** Loads the environment "test" with `file` as its settings, and variables. */
export function load(file: string, environment: NodeJS.ProcessEnv = {}): Settings {
  return loadSettings({ directory: settingsFolder(file), environment: { WORKBENCH_ENV: "test", ...environment } });
}

import type { z } from "zod";
import { defaultFileText } from "./default-file";
import { editorSchemaText } from "./editor-schema";
import { settingsPage } from "./settings-page";

/** A file that is generated from the settings' schema and checked in. */
export interface SettingsDocument {
  /** Path relative to the project. */
  readonly file: string;
  readonly text: string;
}

/**
 * Every file that `npm run settings:generate` writes, with its current text.
 *
 * @param stacks names of the stacks
 */
export function settingsDocuments(sections: z.ZodObject, stacks: readonly string[]): readonly SettingsDocument[] {
  return [
    { file: "settings/schema.json", text: editorSchemaText(sections) },
    { file: "settings/default.yaml", text: defaultFileText(sections) },
    { file: "docs/settings.md", text: settingsPage(sections, stacks) },
  ];
}

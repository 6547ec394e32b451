import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { editorSchemaText } from "./documents/editor-schema";
import { settingsPage } from "./documents/settings-page";

/** Writes what is generated from the schema and checked in: `npm run settings:generate` after a change of the schema or a default. */
writeFileSync(join(__dirname, "schema.json"), editorSchemaText());
writeFileSync(join(__dirname, "../docs/settings.md"), settingsPage());

import { z } from "zod";
import { settingsSchema } from "../schema";

/**
 * JSON Schema of a settings file, for editors to complete and check it. Nothing is required in it, since a file only
 * says what differs from default.yaml.
 */
export function editorSchemaText(): string {
  const schema = z.toJSONSchema(settingsSchema, {
    override: ({ jsonSchema }) => {
      jsonSchema.required = undefined;
    },
  });
  return `${JSON.stringify({ title: "Workbench settings", ...schema }, null, 2)}\n`;
}

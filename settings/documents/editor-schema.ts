import { z } from "zod";

/**
 * JSON Schema with which editors complete and check a settings file. It requires nothing, since a file only holds
 * values that differ from the defaults.
 */
export function editorSchemaText(sections: z.ZodObject): string {
  const schema = z.toJSONSchema(sections, {
    override: ({ jsonSchema }) => {
      jsonSchema.required = undefined;
    },
  });
  return `${JSON.stringify({ title: "Workbench settings", ...schema }, null, 2)}\n`;
}

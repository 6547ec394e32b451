import { z } from "zod";

/**
 * JSON Schema of a settings file, for editors to complete and check it. Nothing is required in it, since a file only
 * says what differs from the defaults.
 */
export function editorSchemaText(sections: z.ZodObject): string {
  const schema = z.toJSONSchema(sections, {
    override: ({ jsonSchema }) => {
      jsonSchema.required = undefined;
    },
  });
  return `${JSON.stringify({ title: "Workbench settings", ...schema }, null, 2)}\n`;
}

import { expect, it } from "vitest";
import { variableName } from "../../settings/load/environment-variables";
import type { StackDefinition } from "../../stacks/define-stack";
import { definitions } from "../../stacks/definitions";
import { settingsOf } from "../../stacks/settings";
import { protectedIn, settingsWith, synthesize } from "./synthesize";

const keptBy = (definition: StackDefinition, values: Readonly<Record<string, string>> = {}) =>
  definition.keeps?.(settingsOf(definition, settingsWith(values)));

// Otherwise a destroy ends with Terraform's own message, which does not say how to retire the data.
it.each(definitions)("what stack $name protects is declared in its keeps", (definition) => {
  const found = protectedIn(synthesize(definition.name));
  if (keptBy(definition) === undefined) expect(found).toEqual([]);
  else expect(found).not.toEqual([]);
});

it.each(definitions.filter(({ keeps }) => keeps))("the setting in keeps of stack $name ends it all", (definition) => {
  const path = keptBy(definition)?.setting.split(".") ?? [];
  const unprotected = { [variableName(path).replace("WORKBENCH_", "")]: "false" };
  expect(keptBy(definition, unprotected)).toBeUndefined();
  expect(protectedIn(synthesize(definition.name, unprotected))).toEqual([]);
});

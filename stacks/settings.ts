import { z } from "zod";
import {
  type CommonSettings,
  commonSections,
  projectField,
  type SharedSettings,
  sharedRules,
  sharedSections,
} from "../settings/common";
import { section } from "../settings/fields/fields";
import { tags } from "../settings/fields/tags";
import { loadSections as loadSectionsOf, type SettingsSchema, type SettingsSource } from "../settings/load/load";
import type { StackDefinition } from "./define-stack";
import { definitions } from "./definitions";
import type * as declared from "./index";
import { imageTags } from "./names/images";

// A run checks its settings once. Compiling a checker takes longer than that check.
z.config({ jitless: true });

type Declared = typeof declared;

/** Settings of every stack. */
export type Settings = CommonSettings &
  SharedSettings & {
    readonly [Stack in keyof Declared as [NonNullable<Declared[Stack]["section"]>] extends [never]
      ? never
      : Declared[Stack]["name"]]: z.infer<NonNullable<Declared[Stack]["section"]>>;
  };

/** Tag keys that any stack may set. */
const commonTags = ["Project", "Environment", "Stack", "Name", "Holds"];

const ownTags = [...new Set([...commonTags, ...definitions.flatMap((stack) => stack.ownTags ?? []), ...imageTags])];

/** Every setting of the program, with its default. */
export const settingsSchema: SettingsSchema = {
  sections: section({
    project: projectField(),
    tags: tags(ownTags)
      .default({})
      .describe(
        "Tags for every resource, at most 40. " +
          "Project, Environment, Stack, Name and the other keys that Workbench sets itself are not allowed.",
      ),
    ...commonSections,
    ...Object.fromEntries(definitions.flatMap(({ name, section }) => (section ? [[name, section]] : []))),
    ...sharedSections,
  }),
  rules: (right, report) => {
    sharedRules(right, report);
    for (const { rules } of definitions) rules?.(right as never, report);
  },
};

/**
 * Loads and validates the settings of one environment. `settings/<WORKBENCH_ENV>.yaml` overrides the defaults, and
 * `WORKBENCH_…` variables override the file.
 *
 * @throws UserError that names every problem: file or variable, setting, expected and actual value
 */
export function loadSettings(source: SettingsSource = {}): Settings {
  return loadSections(Object.keys(settingsSchema.sections.shape) as (keyof Settings)[], source);
}

/**
 * Loads only some sections, for code that needs no others: an image needs neither an address nor a key.
 *
 * @throws UserError as {@link loadSettings}, for problems of these sections
 */
export function loadSections<K extends keyof Settings & string>(
  names: readonly K[],
  source: SettingsSource = {},
): Pick<Settings, K> {
  return loadSectionsOf(settingsSchema, names, source) as unknown as Pick<Settings, K>;
}

/** The settings that a stack reads, and no others: its own section, those that it shares, and those of every stack. */
export function settingsOf({ name, shares = [] }: Pick<StackDefinition, "name" | "shares">, settings: Settings) {
  const own = ["environment", "project", "tags", ...Object.keys(commonSections), ...shares, name];
  return Object.fromEntries(Object.entries(settings).filter(([section]) => own.includes(section))) as Settings;
}

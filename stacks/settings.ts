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
import type { SettingsOf } from "./define-stack";
import { definitions } from "./definitions";
import type * as declared from "./index";
import { imageTags } from "./names/images";

// A run checks its settings once; to compile a checker takes longer than that check.
z.config({ jitless: true });

/** Settings of every stack. */
export type Settings = CommonSettings &
  SharedSettings &
  Intersection<SettingsOf<(typeof declared)[keyof typeof declared]>>;

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Keys of tags that every stack may set. */
const commonTags = ["Project", "Environment", "Stack", "Name", "Holds"];

const ownTags = [...commonTags, ...definitions.flatMap((stack) => stack.ownTags ?? []), ...imageTags];

/** Every setting of the program, with its default. */
export const settingsSchema: SettingsSchema = {
  sections: section({
    project: projectField(),
    tags: tags(ownTags)
      .default({})
      .describe(
        "Tags for every resource, at most 40; not Project, Environment, Stack, Name and the other keys that Workbench sets itself.",
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
 * The settings of one environment: the defaults, then `settings/<WORKBENCH_ENV>.yaml`, then `WORKBENCH_…` variables,
 * validated.
 *
 * @throws UserError that names every problem: file or variable, setting, what was expected, what was found
 */
export function loadSettings(source: SettingsSource = {}): Settings {
  return loadSections(Object.keys(settingsSchema.sections.shape) as (keyof Settings)[], source);
}

/**
 * Some sections of the settings alone, for what needs no others: the image needs nobody's address or key.
 *
 * @throws UserError as {@link loadSettings}, for problems of these sections
 */
export function loadSections<K extends keyof Settings & string>(
  names: readonly K[],
  source: SettingsSource = {},
): Pick<Settings, K> {
  return loadSectionsOf(settingsSchema, names, source) as unknown as Pick<Settings, K>;
}

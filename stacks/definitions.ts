import { commonSections, sharedSections } from "../settings/common";
import { UserError } from "../settings/user-error";
import type { StackDefinition } from "./define-stack";
import * as declared from "./index";

/** The definition of every stack, in order of deployment: each after the stacks in its `after`, otherwise by name. */
export const definitions: readonly StackDefinition[] = inDeployOrder(
  afterTheirData(withSectionsOfTheirOwn(underTheirNames(declared as Readonly<Record<string, StackDefinition>>))),
);

/**
 * Names of the stacks that come after `name`, directly or not: whoever destroys `name` destroys them first.
 *
 * @param stacks in order of deployment. @default all
 * @returns in order of deployment
 */
export function dependentsOf(
  name: string,
  stacks: readonly Pick<StackDefinition, "name" | "after">[] = definitions,
): readonly string[] {
  const found = new Set([name]);
  for (const stack of stacks) if (stack.after?.some((other) => found.has(other))) found.add(stack.name);
  found.delete(name);
  return [...found];
}

/**
 * Returns the stacks, which stacks/index.ts exports under their names: `archiveData` is `archive-data`. So no two have
 * one name.
 *
 * @throws UserError with one sentence if a stack has another name
 */
export function underTheirNames<Stack extends Pick<StackDefinition, "name">>(
  exported: Readonly<Record<string, Stack>>,
): readonly Stack[] {
  for (const [variable, { name }] of Object.entries(exported)) {
    const expected = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    if (variable !== expected) {
      throw new UserError(
        `stacks/index.ts: expected ${expected} for the stack "${name}", got ${variable}; ` +
          "let its line, its folder and the name in its definition agree",
      );
    }
  }
  return Object.values(exported);
}

/**
 * Returns the stacks.
 *
 * @throws UserError with one sentence if a stack's settings would replace other settings
 */
export function withSectionsOfTheirOwn<Stack extends Pick<StackDefinition, "name" | "section">>(
  stacks: readonly Stack[],
): readonly Stack[] {
  const taken = new Set(["environment", "project", "tags", ...Object.keys({ ...commonSections, ...sharedSections })]);
  for (const { name, section } of stacks) {
    if (section && taken.has(name)) {
      throw wrong(name, "name", "one that no common settings have", `"${name}"`, "choose another");
    }
  }
  return stacks;
}

/**
 * Returns the stacks.
 *
 * @throws UserError with one sentence if a stack `<name>` does not come after the stack `<name>-data`, whose data it
 * uses
 */
export function afterTheirData<Stack extends Pick<StackDefinition, "name" | "after">>(
  stacks: readonly Stack[],
): readonly Stack[] {
  for (const { name, after = [] } of stacks) {
    const data = `${name}-data`;
    if (stacks.some((stack) => stack.name === data) && !after.includes(data)) {
      throw wrong(name, "after", `${data}, which has its data`, after.join(", ") || "none", `add "${data}"`);
    }
  }
  return stacks;
}

/**
 * Sorts stacks: each after the stacks in its `after`, otherwise by name.
 *
 * @throws UserError with one sentence if `after` names an unknown stack, or if stacks wait for each other
 */
export function inDeployOrder<Stack extends Pick<StackDefinition, "name" | "after">>(
  stacks: readonly Stack[],
): readonly Stack[] {
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const ordered = new Set<Stack>();
  const visit = (name: string, waiting: readonly string[]): void => {
    const stack = byName.get(name);
    const declaring = waiting.at(-1) ?? name;
    if (stack === undefined) {
      const known = `names of stacks (${[...byName.keys()].join(", ")})`;
      throw wrong(declaring, "after", known, `"${name}"`, "correct it, or add that stack to stacks/index.ts");
    }
    if (waiting.includes(name)) {
      const fix = `remove one, since these wait for each other: ${[...waiting, name].join(", ")}`;
      throw wrong(declaring, "after", "no stack that waits for it", `"${name}"`, fix);
    }
    if (ordered.has(stack)) return;
    for (const before of stack.after ?? []) visit(before, [...waiting, name]);
    ordered.add(stack);
  };
  for (const name of [...byName.keys()].sort()) visit(name, []);
  return [...ordered];
}

/** One sentence about a definition. */
function wrong(name: string, part: "name" | "after", expected: string, got: string, fix: string): UserError {
  return new UserError(`stacks/${name}/definition.ts: ${part}: expected ${expected}, got ${got}; ${fix}`);
}

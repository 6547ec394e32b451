import { commonSections, sharedSections } from "../settings/common";
import type { StackDefinition } from "./define-stack";
import * as declared from "./index";

/** The definition of every stack, in order of deployment: each after the stacks in its `after`, otherwise by name. */
export const definitions: readonly StackDefinition[] = inDeployOrder(
  afterTheirData(withNamesOfTheirOwn(Object.values(declared) as StackDefinition[])),
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
 * Returns the stacks.
 *
 * @throws if two have one name, or if a stack's settings would replace other settings: a bug in the definitions
 */
export function withNamesOfTheirOwn<Stack extends Pick<StackDefinition, "name" | "section">>(
  stacks: readonly Stack[],
): readonly Stack[] {
  const taken = new Set(["environment", "project", "tags", ...Object.keys({ ...commonSections, ...sharedSections })]);
  for (const [index, { name, section }] of stacks.entries()) {
    if (stacks.findIndex((stack) => stack.name === name) < index) throw new Error(`stack ${name}: declared twice`);
    if (section && taken.has(name)) throw new Error(`stack ${name}: its settings would replace the common ones`);
  }
  return stacks;
}

/**
 * Returns the stacks.
 *
 * @throws if a stack `<name>` does not come after the stack `<name>-data`, whose data it uses: a bug in the definitions
 */
export function afterTheirData<Stack extends Pick<StackDefinition, "name" | "after">>(
  stacks: readonly Stack[],
): readonly Stack[] {
  for (const { name, after = [] } of stacks) {
    const data = `${name}-data`;
    if (stacks.some((stack) => stack.name === data) && !after.includes(data)) {
      throw new Error(`stack ${name}: after: expected ${data}, which has its data, got ${after.join(", ") || "none"}`);
    }
  }
  return stacks;
}

/**
 * Sorts stacks: each after the stacks in its `after`, otherwise by name.
 *
 * @throws if `after` names an unknown stack, or if stacks wait for each other: a bug in the definitions
 */
export function inDeployOrder<Stack extends Pick<StackDefinition, "name" | "after">>(
  stacks: readonly Stack[],
): readonly Stack[] {
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const ordered = new Set<Stack>();
  const visit = (name: string, waiting: readonly string[]): void => {
    const stack = byName.get(name);
    if (stack === undefined) {
      const known = [...byName.keys()].join(", ");
      throw new Error(`stack ${waiting.at(-1)}: after: expected names of stacks (${known}), got "${name}"`);
    }
    if (waiting.includes(name)) throw new Error(`stacks wait for each other: ${[...waiting, name].join(", ")}`);
    if (ordered.has(stack)) return;
    for (const before of stack.after ?? []) visit(before, [...waiting, name]);
    ordered.add(stack);
  };
  for (const name of [...byName.keys()].sort()) visit(name, []);
  return [...ordered];
}

import type { StackDefinition } from "./define-stack";
import * as declared from "./index";

/** The definition of every stack, in order of deployment: each after the stacks in its `after`, otherwise by name. */
export const definitions: readonly StackDefinition[] = inDeployOrder(Object.values(declared) as StackDefinition[]);

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
    if (stack === undefined) throw new Error(`stack ${waiting.at(-1)}: expected a stack in after, got "${name}"`);
    if (waiting.includes(name)) throw new Error(`stacks wait for each other: ${[...waiting, name].join(", ")}`);
    if (ordered.has(stack)) return;
    for (const before of stack.after ?? []) visit(before, [...waiting, name]);
    ordered.add(stack);
  };
  for (const name of [...byName.keys()].sort()) visit(name, []);
  return [...ordered];
}

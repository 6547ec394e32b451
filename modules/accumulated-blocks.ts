import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";

/** The blocks of each stack, by kind. cdktf reads them when it writes the stack, so later ones are written too. */
const blocksOf = new WeakMap<TerraformStack, Map<string, object[]>>();

/**
 * Adds a top-level block that cdktf has no class for, beside those of the same kind that other constructs added. An
 * override of its own for each construct would replace the one before.
 *
 * @param kind name of the block, such as `import`
 */
export function addBlock(scope: Construct, kind: string, block: Readonly<Record<string, unknown>>): void {
  const stack = TerraformStack.of(scope);
  const kinds = blocksOf.get(stack) ?? new Map<string, object[]>();
  const blocks = kinds.get(kind) ?? [];
  blocks.push(block);
  blocksOf.set(stack, kinds.set(kind, blocks));
  stack.addOverride(kind, blocks);
}

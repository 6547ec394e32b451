import { ref, TerraformElement, Token } from "cdktf";
import type { Construct } from "constructs";

/** A top-level block of Terraform's language. */
export interface TerraformBlockProps {
  /** Its type, such as `import` or `ephemeral`. */
  readonly type: string;
  /**
   * First label: the type of the object that the block declares, such as `aws_secretsmanager_random_password`. The
   * second label is the construct's own name. @default no labels, as `import` has none
   */
  readonly objectType?: string;
  /** Its arguments, as Terraform names them. Undefined ones are left out. */
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * A block that cdktf has no class for, or whose class lacks an argument. A stack can have many of one type, whereas
 * each `addOverride` of a stack replaces the one before.
 */
export class TerraformBlock extends TerraformElement {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: TerraformBlockProps,
  ) {
    super(scope, id);
  }

  /** An attribute of the object that a block with labels declares. */
  attribute(name: string): string {
    const { type, objectType } = this.props;
    return Token.asString(ref(`${type}.${objectType}.${this.friendlyUniqueId}.${name}`));
  }

  /** The block for the stack's JSON. cdktf merges the blocks of one type, and joins lists. */
  override toTerraform(): Record<string, unknown> {
    const { type, objectType, body } = this.props;
    return { [type]: objectType === undefined ? [body] : { [objectType]: { [this.friendlyUniqueId]: body } } };
  }
}

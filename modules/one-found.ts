import { Fn, ref, TerraformCount, type TerraformDataSource, Token } from "cdktf";

/** A data source that lists ids. */
interface Found {
  readonly fqn: string;
  readonly ids: string[];
}

/**
 * Arguments of a data source that reads the one object found. It reads nothing if there is none, or more than one. A
 * postcondition reports that, but a destroy only warns about it: a data source that failed would end the destroy.
 */
export function oneOf({ fqn, ids }: Found): { readonly count: TerraformCount; readonly id: string } {
  return {
    count: TerraformCount.of(Token.asNumber(ref(`length(${fqn}.ids) == 1 ? 1 : 0`))),
    id: Token.asString(Fn.one(ids)),
  };
}

/** An attribute of the one object that a data source with {@link oneOf} read; `none` if it read nothing. */
export function attributeOfOne(data: TerraformDataSource, attribute: string, none: string | number = "none"): string {
  const { terraformResourceType, friendlyUniqueId } = data;
  const read = ref(`one(data.${terraformResourceType}.${friendlyUniqueId}[*].${attribute})`);
  return Token.asString(Fn.coalesce([read, none]));
}

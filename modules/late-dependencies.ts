import { dependable, type ITerraformDependable, Lazy, type TerraformResource } from "cdktf";

/**
 * Makes a resource depend on everything that `dependencies` returns when the stack is written, so also on what is made
 * after the resource. cdktf's own `dependsOn` reads its list at once.
 */
export function dependLate(resource: TerraformResource, dependencies: () => readonly ITerraformDependable[]): void {
  resource.dependsOn = Lazy.listValue({ produce: () => dependencies().map(dependable) });
}

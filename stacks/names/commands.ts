/** The command that deploys or destroys stacks, for messages. */
export function cdktfCommand(verb: "deploy" | "destroy", stacks: readonly string[]): string {
  return ["npx cdktf", verb, ...stacks].join(" ");
}

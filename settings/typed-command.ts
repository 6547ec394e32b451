/**
 * A command as a person types it, for messages. With the settings of the local AWS it goes there: typed alone in a shell
 * that has credentials, it would reach a real account.
 *
 * @param environment `WORKBENCH_ENV`
 * @param command such as `WORKBENCH_EBS_PREVENT_DESTROY=false npx cdktf destroy ebs`
 */
export function typedCommand(environment: string, command: string): string {
  if (environment !== "local") return command;
  return `npm run local -- ${/^\w+=/.test(command) ? "env " : ""}${command}`;
}

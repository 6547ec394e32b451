/**
 * Where the state of a stack is while no bucket has it.
 *
 * @param directory `state.directory`
 * @param environment `WORKBENCH_ENV`
 * @returns path relative to the project
 */
export function localStateFile(directory: string, environment: string, stack: string): string {
  return `${directory}/${environment}/${stack}.tfstate`;
}

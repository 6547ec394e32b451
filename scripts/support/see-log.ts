/**
 * One sentence that ends with the place of the output: `no reason; see .workbench/logs/npm-ci.log`.
 *
 * @param words may be a sentence of another program, with its full stop
 * @param log the file, as messages show it
 */
export function seeLog(words: string, log: string): string {
  return `${words.replace(/\.$/, "")}; see ${log}`;
}

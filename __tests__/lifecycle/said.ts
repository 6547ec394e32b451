import { stripVTControlCharacters } from "node:util";

/** What a tool said, its colours, frames and line breaks taken out, so that a sentence can be found in it. */
export function unwrapped(output: string): string {
  return stripVTControlCharacters(output).replace(/[│╷╵]/g, " ").replace(/\s+/g, " ");
}

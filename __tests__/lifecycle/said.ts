import { stripVTControlCharacters } from "node:util";

/** A tool's output without colours, frames and line breaks, so that a test can find a sentence in it. */
export function unwrapped(output: string): string {
  return stripVTControlCharacters(output).replace(/[│╷╵]/g, " ").replace(/\s+/g, " ");
}

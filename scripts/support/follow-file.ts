import { readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";

const POLL_MS = 100;
const CHUNK_BYTES = 65_536;

/**
 * Calls `onLine` for every line that another process appends to an open file. Does not move the descriptor's position,
 * which the writer shares.
 *
 * @returns reads the rest, an unfinished last line included, and stops
 */
export function followFile(descriptor: number, onLine: (line: string) => void): () => void {
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let position = 0;
  let rest = "";
  const read = (): void => {
    for (;;) {
      const length = readSync(descriptor, buffer, 0, CHUNK_BYTES, position);
      if (length === 0) return;
      position += length;
      const lines = (rest + decoder.write(buffer.subarray(0, length))).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    }
  };
  const timer = setInterval(read, POLL_MS);
  return () => {
    clearInterval(timer);
    read();
    if (rest !== "") onLine(rest);
  };
}

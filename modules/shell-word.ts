/** A word of a POSIX shell that stands for exactly `value`. */
export function shellWord(value: string | number): string {
  return typeof value === "number" ? String(value) : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** Quotes `value` as one literal word for a POSIX shell. */
export function shellWord(value: string | number): string {
  return typeof value === "number" ? String(value) : `'${value.replaceAll("'", `'\\''`)}'`;
}

import { SourceMap } from "node:module";
import { UserError } from "./settings/user-error";

/** A position in a stack trace: file, line, column. */
const POSITION = /([^\s(]+\.ts):(\d+):(\d+)/g;

/**
 * Prints an error that nobody caught: a {@link UserError} as its sentence, any other with its stack trace. The trace
 * has the positions in our own files, not those in the JavaScript that tsx makes of them.
 */
export function printError(error: unknown): void {
  if (error instanceof UserError) {
    console.error(error.message);
    return;
  }
  const mapOf = sourceMaps();
  for (let each = error; each instanceof Error; each = each.cause) {
    each.stack = each.stack?.replaceAll(POSITION, (position, file: string, line: string, column: string) => {
      const source = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
      return source && "originalLine" in source
        ? `${file}:${source.originalLine + 1}:${source.originalColumn + 1}`
        : position;
    });
  }
  console.error(error);
}

/** The source maps of our own files, each made once. */
function sourceMaps(): (file: string) => SourceMap | undefined {
  const maps = new Map<string, SourceMap | undefined>();
  return (file) => {
    if (!maps.has(file)) maps.set(file, sourceMapOf(file));
    return maps.get(file);
  };
}

/** The map that tsx appends to a file's JavaScript while source maps are enabled. None for a file that has no syntax. */
function sourceMapOf(file: string): SourceMap | undefined {
  let map: SourceMap | undefined;
  const take = (javaScript: string): void => {
    const encoded = javaScript.split("base64,").at(-1) ?? "";
    map = new SourceMap(JSON.parse(Buffer.from(encoded, "base64").toString()));
  };
  process.setSourceMapsEnabled(true);
  try {
    require.extensions[".ts"]?.({ _compile: take } as unknown as NodeJS.Module, file);
  } catch {
    return undefined;
  }
  return map;
}

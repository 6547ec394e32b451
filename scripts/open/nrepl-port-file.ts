import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isPortTaken } from "../local-aws/port-holder";

/** The file by which editors find an nREPL. */
const NAME = ".nrepl-port";

/** A file that names a port to editors, as long as a tunnel is open. */
export class NreplPortFile {
  private constructor(
    private readonly file: string,
    private readonly text: string | undefined,
    /** What to tell about it: one line. */
    readonly said: string,
  ) {}

  /**
   * Writes the file, unless another one names a port where something listens: that belongs to another REPL.
   *
   * @param folder the caller's
   */
  static async write(folder: string, port: number): Promise<NreplPortFile> {
    const file = path.join(folder, NAME);
    const text = `${port}`;
    const none = (why: string) => new NreplPortFile(file, undefined, `${file} ${why}; tell your editor the port`);
    try {
      const other = readIfThere(file);
      if (other !== undefined && other !== text && (await isInUse(other))) {
        return none(`stays as it is, since it names ${other.slice(0, 20)}, where another REPL listens`);
      }
      writeFileSync(file, text);
      const was =
        other === undefined || other === text ? "" : `, in place of ${other.slice(0, 20)}, where nothing listens`;
      return new NreplPortFile(file, text, `${file} names the port to editors${was}`);
    } catch (error) {
      return none(`cannot be written (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`);
    }
  }

  /** Removes the file, unless somebody else has written it since. */
  remove(): void {
    if (this.text === undefined) return;
    try {
      if (readIfThere(this.file) === this.text) rmSync(this.file);
    } catch {
      // It is no use to say so at the end.
    }
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** What is no port may mean something to somebody. */
async function isInUse(text: string): Promise<boolean> {
  return !/^\d{1,5}$/.test(text) || isPortTaken(Number(text));
}

/** A file of an archive. */
export interface ArchiveFile {
  /** Path in the archive, with slashes. */
  readonly path: string;
  readonly contents: Buffer;
}

const blockBytes = 512;

/**
 * A tar archive (ustar) of files, which are owned by root: the same bytes for the same files on every computer. Files
 * that begin with `#!` are executable. The archive is not compressed, since zlib's output differs between versions and
 * processors.
 *
 * @throws Error for a path that ustar's name field cannot hold: more than 100 bytes
 */
export function tarArchive(files: readonly ArchiveFile[]): Buffer {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const blocks = sorted.flatMap((file) => [header(file), padded(file.contents)]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

/** Source: POSIX.1-2024, pax, "ustar Interchange Format" (read 2026-11). */
function header({ path, contents }: ArchiveFile): Buffer {
  if (Buffer.byteLength(path) > 100) throw new Error(`archive: expected paths of at most 100 bytes, got ${path}`);
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  block.write(path, 0);
  block.write(octal(contents.subarray(0, 2).toString() === "#!" ? 0o755 : 0o644, 7), 100);
  block.write(octal(0, 7), 108); // owner
  block.write(octal(0, 7), 116); // group
  block.write(octal(contents.length, 11), 124);
  block.write(octal(0, 11), 136); // time of the last change
  block.write(" ".repeat(8), 148); // the checksum counts as spaces
  block.write("0", 156); // a regular file
  block.write("ustar\0" + "00", 257);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${octal(checksum, 6)} `, 148);
  return block;
}

function padded(contents: Buffer): Buffer {
  return Buffer.concat([contents, Buffer.alloc(-contents.length & (blockBytes - 1))]);
}

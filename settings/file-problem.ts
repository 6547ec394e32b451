/** What each error code of the file system means, as the object of "got". */
const meanings: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EPERM: "no permission",
  ENOENT: "no such file or folder",
  EISDIR: "a folder",
  ENOTDIR: "a path through something that is not a folder",
  EEXIST: "a path through something that is not a folder",
  ELOOP: "a link that leads back to itself",
  ENAMETOOLONG: "a path that is too long",
  EROFS: "a read-only file system",
  ENOSPC: "a full disk",
  EDQUOT: "a used-up disk quota",
  EIO: "a disk error",
};

/** Says in words why the file system refused a call: "no permission". Undefined for an error of another kind. */
export function fileProblem(error: unknown): string | undefined {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return undefined;
  return meanings[code] ?? `the error ${code}`;
}

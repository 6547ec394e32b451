import type { Workbench } from "./workbench";

/** Writes files of several sizes, with random contents, below /data, and returns their checksums. */
export async function writeFiles(user: Workbench, name: string): Promise<string> {
  const folder = `/data/${name}`;
  await user.ssh(`mkdir -p '${folder}/a folder' && cd ${folder} && head -c 30M /dev/urandom > large && head -c 1 /dev/urandom > 'a folder/small' &&
    for i in $(seq 200); do echo "$i $RANDOM" > file$i; done`);
  return checksums(user, name);
}

/** Checksums of every file below <mountPoint>/<name>. */
export function checksums(user: Workbench, name: string, mountPoint = "/data"): Promise<string> {
  return user.ssh(checksumsOf(`${mountPoint}/${name}`));
}

/** The shell command that prints the checksums of every file below a folder. */
export function checksumsOf(folder: string): string {
  return `cd ${folder} && find . -type f -print0 | sort -z | xargs -0 sha256sum`;
}

/** What is mounted at /data: the file system's kind and its size in MiB. */
export async function mounted(user: Workbench): Promise<{ kind: string; sizeMiB: number }> {
  const [kind = "", size] = (await user.ssh("findmnt --noheadings --bytes --output FSTYPE,SIZE /data")).split(/\s+/);
  return { kind, sizeMiB: Math.round(Number(size) / 2 ** 20) };
}

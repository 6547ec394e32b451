import { readFileSync } from "node:fs";
import path from "node:path";
import { CommandError } from "../support/command-error";
import { shown } from "../support/project";

/** The access key of a local AWS. It opens no other local AWS. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The file in which a local AWS keeps its key, in AWS's own format. */
export function credentialsFile(home: string): string {
  return path.join(home, "credentials");
}

/**
 * Reads the key that a local AWS made at its first start.
 *
 * @param home folder of the local AWS
 * @returns undefined when there is no key, because the local AWS was never started
 * @throws CommandError when the local AWS belongs to another user
 */
export function readAccessKey(home: string): AccessKey | undefined {
  const file = credentialsFile(home);
  try {
    const text = readFileSync(file, "utf8");
    const accessKeyId = entry(text, "aws_access_key_id");
    const secretAccessKey = entry(text, "aws_secret_access_key");
    return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EPERM") return undefined;
    throw new CommandError(
      `${shown(file)} cannot be read: that local AWS belongs to another user; ` +
        "run the command as that user, or use one of your own with LOCAL_AWS_HOME and LOCAL_AWS_PORT",
    );
  }
}

function entry(text: string, name: string): string | undefined {
  return new RegExp(`^${name} *= *(\\S+) *$`, "m").exec(text)?.[1];
}

import { readFileSync } from "node:fs";
import path from "node:path";
import { CommandError } from "../support/command-error";
import { shown } from "../support/project";

/** The access key of a local AWS, which opens it alone. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Where a local AWS keeps its key, in AWS's own format. */
export function credentialsFile(home: string): string {
  return path.join(home, "credentials");
}

/**
 * Reads the key that a local AWS made when it started.
 *
 * @param home folder of the local AWS
 * @returns undefined when there is none: it was never started
 * @throws CommandError when another user's local AWS is there
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
      `${shown(file)} cannot be read: that local AWS is another user's; run the command as that user, or have one of your own with LOCAL_AWS_HOME and LOCAL_AWS_PORT`,
    );
  }
}

function entry(text: string, name: string): string | undefined {
  return new RegExp(`^${name} *= *(\\S+) *$`, "m").exec(text)?.[1];
}

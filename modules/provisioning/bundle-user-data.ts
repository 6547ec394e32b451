import { shellWord } from "../shell-word";

/** An archive of scripts in S3. */
export interface BundleLocation {
  /** Host name of its bucket, such as `bundles.s3.eu-west-1.amazonaws.com`. */
  readonly host: string;
  /** Region of its bucket. */
  readonly region: string;
  /** Key of the object. */
  readonly key: string;
  /** SHA-256 of the archive, in hexadecimal digits. */
  readonly sha256: string;
}

/** What a machine does at its first boot. */
export interface BundleUserDataProps {
  readonly bundle: BundleLocation;
  /** Text of the Python program that fetches, checks and unpacks the archive. */
  readonly fetchProgram: string;
  /** Commands for bash in the unpacked folder, in their order. One that fails does not keep the next ones from running. */
  readonly commands: readonly string[];
}

/**
 * User data that fetches scripts at a machine's first boot, and runs commands in their folder, as root. If the scripts
 * cannot be fetched, no command runs. cloud-init then reports a failure, and the console has the sentence.
 *
 * EC2 accepts 16 KiB, of which this takes about 6.
 */
export function bundleUserData({ bundle, fetchProgram, commands }: BundleUserDataProps): string {
  const { host, region, key, sha256 } = bundle;
  return `#!/bin/bash
# Workbench: fetches this machine's scripts from S3 with its role, and runs them.
set -euo pipefail
# Only root may enter a folder that mktemp makes.
folder=$(mktemp --directory)
trap 'rm -rf -- "$folder"' EXIT
cd -- "$folder"
python3 - ${[host, region, key, sha256].map(shellWord).join(" ")} <<'PYTHON'
${fetchProgram.trimEnd()}
PYTHON
status=0
${commands.map((command) => `${command} || status=$?\n`).join("")}exit "$status"
`;
}

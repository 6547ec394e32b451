/** What Packer says when it begins something that can take a while, and what we call that. */
const BEGINNINGS: readonly (readonly [words: RegExp, part: string])[] = [
  [/^Launching a source AWS instance/, "boot"],
  [/^Uploading /, "upload"],
  [/^Downloading /, "download"],
  [/^Stopping the source instance/, "snapshot"],
  [/^Terminating the source AWS instance/, "clean-up"],
];

/** What stands before Packer's words, such as `==> amazon-ebs.workbench: `. */
const PREFIX = /^(?:==> |--> | {4})?(?:[\w-]+\.[\w-]+: )?/;

/** Packer's error where Debian publishes no base image, a dump of the filter, and what it means. */
const NO_BASE_IMAGE = {
  words: /No AMI was found matching filters/,
  meaning:
    "Debian publishes no image for this architecture in this region: correct aws.region or ec2.image.architecture in the settings",
};

/** Follows one `packer build` by the lines that it prints: which part it is in, and why it failed. */
export class BuildProgress {
  /** The part it is in: the name of a provisioning script, or what Packer itself is doing. */
  part = "start";
  /** What the script of this part said last in its own name: `install-packages: apt-get update failed …`. */
  private said: string | undefined;
  private failed: { readonly part: string; readonly said: string | undefined } | undefined;
  private error: string | undefined;

  /** Takes in the next line. */
  follow(line: string): void {
    const words = line.replace(PREFIX, "").trim();
    const [, error] = /^(?:Build '.*' errored after [\w ]+: |Error: )(.+)$/.exec(words) ?? [];
    this.error ??= error && NO_BASE_IMAGE.words.test(error) ? NO_BASE_IMAGE.meaning : error;
    if (words.startsWith(`${this.part}: `)) this.said = words;
    else if (words.startsWith("Provisioning step had errors")) this.failed = { part: this.part, said: this.said };
    const next = partBegunBy(words);
    if (next === undefined || next === this.part) return;
    this.part = next;
    this.said = undefined;
  }

  /** Why the build failed: the sentence of the script that did, else Packer's with the part. */
  failure(): string {
    return this.failed?.said ?? `${this.failed?.part ?? this.part}: ${this.error ?? "Packer gave no reason"}`;
  }
}

function partBegunBy(words: string): string | undefined {
  const [, script] = /^Provisioning with shell script: (?:.*\/)?([^/]+)$/.exec(words) ?? [];
  return script ?? BEGINNINGS.find(([beginning]) => beginning.test(words))?.[1];
}

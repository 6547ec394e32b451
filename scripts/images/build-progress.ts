/** Lines that Packer prints when it begins a long step, and our names for these steps. */
const BEGINNINGS: readonly (readonly [words: RegExp, part: string])[] = [
  [/^Launching a source AWS instance/, "boot"],
  [/^Uploading /, "upload"],
  [/^Downloading /, "download"],
  [/^Stopping the source instance/, "snapshot"],
  [/^Terminating the source AWS instance/, "clean-up"],
];

/** The prefix of Packer's lines, such as `==> amazon-ebs.workbench: `. */
const PREFIX = /^(?:==> |--> | {4})?(?:[\w-]+\.[\w-]+: )?/;

/** Packer's error when Debian publishes no base image is a dump of the filter. This is a sentence in its place. */
const NO_BASE_IMAGE = {
  words: /No AMI was found matching filters/,
  meaning:
    "Debian publishes no image for this architecture in this region: " +
    "correct aws.region or ec2.image.architecture in the settings",
};

/** Reads the lines that one `packer build` prints. Knows which part the build is in, and why it failed. */
export class BuildProgress {
  /** The current part: the name of a provisioning script, or a step of Packer itself. */
  part = "start";
  /** The last line that this part's script printed after its own name: `install-packages: apt-get update failed …`. */
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

  /** Why the build failed: the sentence of the script that failed, or else the part and Packer's own error. */
  failure(): string {
    return this.failed?.said ?? `${this.failed?.part ?? this.part}: ${this.error ?? "Packer gave no reason"}`;
  }
}

function partBegunBy(words: string): string | undefined {
  const [, script] = /^Provisioning with shell script: (?:.*\/)?([^/]+)$/.exec(words) ?? [];
  return script ?? BEGINNINGS.find(([beginning]) => beginning.test(words))?.[1];
}

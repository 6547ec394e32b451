import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import {
  buildContainerImage,
  type ContainerImage,
  type ContainerRecipe,
} from "../../../scripts/containers/container-image";
import { findProgram, missingTools } from "../../../scripts/setup/tools";
import { until } from "../../lifecycle/until";
import { temporaryFolder } from "../../temporary-folder";

/** Why images cannot be built here; undefined where they can. */
export function imageObstacle(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "images need Linux and root";
  const [missing] = missingTools(["containers"]);
  if (missing !== undefined) return `${missing.command} is not installed`;
  return findProgram("mmdebstrap") === undefined ? "mmdebstrap is not installed" : undefined;
}

/** What runs: an image's own program as its own user, over folders of the test. */
export interface ProcessOptions {
  /** Folders of the test, by their path in the image. */
  readonly mounts?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Instead of the image's. */
  readonly user?: number;
  /** Instead of the image's command. */
  readonly command?: readonly string[];
  /** Id of a process whose network it uses. @default this computer's */
  readonly network?: number;
  /** A program that runs the image's: strace with its options. */
  readonly below?: readonly string[];
}

/** The file system of an image, unpacked. Its programs run without a container engine. */
export class UnpackedImage {
  private constructor(
    readonly image: ContainerImage,
    readonly root: string,
    private readonly config: {
      readonly Entrypoint?: string[];
      readonly Cmd?: string[];
      readonly Env?: string[];
      User?: string;
    },
  ) {}

  /** Builds the image, if it is not in the cache. */
  static async of(wanted: ContainerRecipe): Promise<UnpackedImage> {
    const image = await buildContainerImage(wanted);
    const bundle = path.join(temporaryFolder("image-"), "bundle");
    await execa("umoci", ["unpack", "--image", `${image.layout}:latest`, bundle]);
    const { stdout } = await execa("skopeo", ["inspect", "--config", `oci:${image.layout}:latest`]);
    return new UnpackedImage(image, path.join(bundle, "rootfs"), JSON.parse(stdout).config);
  }

  /** Starts the image's program in file systems and processes of its own. What it starts ends with it. */
  start(options: ProcessOptions = {}): ImageProcess {
    const { mounts = {}, environment = {}, network, below = [] } = options;
    const user = options.user ?? Number(this.config.User ?? 0);
    const binds = Object.entries(mounts).flatMap(([inside, outside]) => {
      const target = path.join(this.root, inside);
      mkdirSync(target, { recursive: true });
      return [`mount --bind '${outside}' '${target}'`];
    });
    // A container engine gives a user without an entry in passwd this home.
    const variables = [
      "HOME=/",
      ...(this.config.Env ?? []),
      ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ];
    const program = [...(this.config.Entrypoint ?? []), ...(options.command ?? this.config.Cmd ?? [])];
    const script = [
      ...binds,
      `mount -t proc proc '${this.root}/proc'`,
      `exec ${below.join(" ")} chroot --userspec=${user}:${user} '${this.root}' env -i "$@"`,
    ];
    const own = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--"];
    const net = network === undefined ? [] : ["nsenter", "--target", String(network), "--net"];
    const args = [...net, ...own, "bash", "-ec", script.join("\n"), "image", ...variables, ...program];
    return new ImageProcess(["setpriv", "--pdeathsig", "KILL", ...args]);
  }
}

/** A running program of an image. */
export class ImageProcess {
  private readonly child;
  private isOver = false;
  /** Everything that it has printed. */
  output = "";
  /** Its exit code; undefined when a signal ended it. */
  readonly ended: Promise<number | undefined>;

  constructor([file = "", ...args]: readonly string[]) {
    this.child = execa(file, args, { reject: false, stdin: "ignore", all: true, buffer: false });
    this.child.all?.on("data", (chunk: Buffer) => {
      this.output += chunk.toString();
    });
    this.ended = this.child.then(({ exitCode }) => {
      this.isOver = true;
      return exitCode;
    });
  }

  /** Waits for a state, and throws with its output when the program ends before. */
  async reach<State>(what: string, ask: () => Promise<State | undefined | false>): Promise<State> {
    const ended = (): never => {
      throw new Error(`expected ${what}, but the program ended: ${this.output}`);
    };
    return until(
      what,
      async () => (this.isOver ? ended() : ask()),
      () => this.output,
    );
  }

  /** The id of the helper's process, which has the same network. */
  get pid(): number {
    return Number(this.child.pid);
  }

  /**
   * Sends a signal to the program, as a container engine does, and waits for its end. SIGKILL ends all it started. Does
   * nothing to a program that has ended.
   */
  async end(signal: NodeJS.Signals): Promise<number | undefined> {
    if (this.isOver) return this.ended;
    const [program] = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, "utf8").split(" ");
    process.kill(Number(program || this.pid), signal);
    return this.ended;
  }
}

/** Makes a folder that user `owner` may write to, with the files. */
export function ownFolder(owner: number, files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder("mount-");
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  execFileSync("chown", ["-R", `${owner}:${owner}`, folder]);
  return folder;
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findProgram } from "../setup/tools";
import { ask } from "../support/ask";
import { CommandError, InterruptedError } from "../support/command-error";
import { lastLineOf, runLogged } from "../support/run-logged";

const BUILD_TIMEOUT_SEC = 3600;
const PUSH_TIMEOUT_SEC = 1800;
/** A push that loses its connection is begun again: Docker itself gives up some of them at once. */
const PUSHES = 3;
const PAUSE_MS = 2_000;
const LOST_CONNECTION = /\bEOF\b|broken pipe|connection (refused|reset)|timeout|timed out|no such host/i;

/** Characters of a line that are shown. */
const SHOWN = 100;

/** Where images are pushed to. */
export interface RegistryLogin {
  /** Name of the registry, with its port if it has one. */
  readonly host: string;
  /** Name and password in base64, as ECR gives them. */
  readonly token: string;
}

/** What to build. */
export interface Build {
  readonly folder: string;
  /** Such as `linux/amd64`. */
  readonly platform: string;
  /** Asks for base images again, and takes no step from the cache. */
  readonly fresh: boolean;
}

/** The caller's Docker, which builds images and pushes them. */
export class Docker {
  private constructor(
    private readonly program: string,
    /** Where the daemon is: in the words of DOCKER_HOST. */
    private readonly host: string,
  ) {}

  /** @throws CommandError one sentence when Docker is not installed, or does not answer */
  static async find(): Promise<Docker> {
    const program = findProgram("docker");
    if (program === undefined) {
      throw new CommandError(
        "docker: expected it on the PATH, got none; install it, or release an image that is pushed already with --image",
      );
    }
    const version = await ask(program, ["version", "--format", "{{.Server.Version}}"]);
    if (version.exitCode !== 0) {
      const words = lastLineOf(version.stderr) ?? version.problem ?? "no reason";
      throw new CommandError(`docker: expected a daemon that answers, got: ${words.replace(/\.$/, "")}; start Docker`);
    }
    const inspected = await ask(program, ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
    return new Docker(program, inspected.stdout.trim());
  }

  /**
   * Builds an image for the host's platform.
   *
   * @returns its id on this computer
   * @throws CommandError with Docker's last line, and the file with all of them
   */
  async build(build: Build, report: (line: string) => void): Promise<string> {
    const id = await this.buildOnce(build, build.fresh ? ["--pull", "--no-cache"] : [], report);
    if ((await this.platformOf(id)) === build.platform) return id;
    // Docker's classic builder takes steps of another platform from its cache.
    const again = await this.buildOnce(build, ["--no-cache"], report);
    const platform = await this.platformOf(again);
    if (platform === build.platform) return again;
    throw new CommandError(
      `docker build: expected an image for ${build.platform}, which the host runs, got one for ${platform}; ` +
        "name a base image that has this platform",
    );
  }

  private async platformOf(id: string): Promise<string> {
    const format = "{{.Os}}/{{.Architecture}}";
    return (await ask(this.program, ["image", "inspect", "--format", format, id])).stdout.trim();
  }

  private async buildOnce(
    { folder, platform }: Build,
    options: readonly string[],
    report: (line: string) => void,
  ): Promise<string> {
    const scratch = mkdtempSync(path.join(tmpdir(), "release-build-"));
    try {
      const idFile = path.join(scratch, "image-id");
      await runLogged({
        name: "docker build",
        file: this.program,
        args: ["build", "--platform", platform, "--iidfile", idFile, ...options, folder],
        // ECR shows an image with attestations as an index of two, of which one has no platform.
        env: { ...process.env, BUILDX_NO_DEFAULT_ATTESTATIONS: "1" },
        timeoutSec: BUILD_TIMEOUT_SEC,
        onLine: (line) => report(line.trim().slice(0, SHOWN)),
      });
      return readFileSync(idFile, "utf8").trim();
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }

  /**
   * Pushes an image. Docker's own configuration stays as it is: the login is in a folder that goes.
   *
   * @param name registry, repository and tag
   * @throws CommandError with the registry's words
   */
  async push(
    imageId: string,
    name: string,
    { host, token }: RegistryLogin,
    report: (line: string) => void,
  ): Promise<void> {
    const configuration = mkdtempSync(path.join(tmpdir(), "release-push-"));
    try {
      // In a file, since every user of this computer sees the arguments of a process.
      const auths = { auths: { [host]: { auth: token } } };
      writeFileSync(path.join(configuration, "config.json"), JSON.stringify(auths), { mode: 0o600 });
      await runLogged({ name: "docker tag", file: this.program, args: ["tag", imageId, name], timeoutSec: 60 });
      const push = () =>
        runLogged({
          name: "docker push",
          file: this.program,
          args: ["--config", configuration, "push", name],
          // The caller's contexts are not in that folder.
          env: { ...process.env, DOCKER_CONTEXT: undefined, DOCKER_HOST: this.host },
          timeoutSec: PUSH_TIMEOUT_SEC,
          onLine: (line) => report(line.trim().slice(0, SHOWN)),
        });
      await withNewConnections(push, report);
    } finally {
      rmSync(configuration, { recursive: true, force: true });
    }
  }
}

/** Registries keep the layers that they have, so another push goes on where the last one stopped. */
async function withNewConnections(push: () => Promise<unknown>, report: (line: string) => void): Promise<void> {
  for (let left = PUSHES - 1; ; left--) {
    try {
      await push();
      return;
    } catch (error) {
      if (!(error instanceof CommandError) || error instanceof InterruptedError) throw error;
      // Addresses of uploads hold long states, which say nothing.
      const words = error.message.replace(/\?[^"\s]+/g, "");
      if (left === 0 || !LOST_CONNECTION.test(words)) throw new CommandError(words);
      report("the connection is lost: pushing again");
      await sleep(PAUSE_MS);
    }
  }
}

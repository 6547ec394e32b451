/**
 * @module-tag ecs
 * @memory 400 MiB
 * @minutes 1
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimPlace, type Place } from "../../scripts/testing/place";
import { controlGroups, testControlGroup } from "../../scripts/testing/test-control-group";
import { DockerDaemon, withoutDocker } from "./docker-daemon";
import { writeContext } from "./image-context";
import { story } from "./steps";
import { Workbench } from "./workbench";

/** Stories of a release build and push with this daemon. This one shows that it is real, and that nothing of it stays. */
const reason = withoutDocker ? ` (${withoutDocker})` : "";

describe.skipIf(withoutDocker !== undefined)(`a Docker daemon of a test${reason}`, () => {
  let user: Workbench;
  let docker: DockerDaemon;
  let folder = "";
  let registry = "";
  let digest = "";
  const step = story();

  /** Runs the docker command. Returns its exit code and all its output. */
  async function run(args: readonly string[], input = "") {
    const { exitCode, all } = await execa("docker", args, { env: docker.env, input, all: true, reject: false });
    return { exitCode, output: String(all) };
  }
  /** Builds an image from scratch that says a word. */
  async function build(word: string): Promise<{ exitCode: number | undefined; output: string }> {
    const context = path.join(folder, "context");
    await writeContext(context, [`RUN echo ${word} >/word`, 'CMD ["/bin/sh", "-c", "read word </word; echo $word"]']);
    return run(["build", "--tag", `${registry}/app:1`, "--iidfile", path.join(folder, "id"), context]);
  }

  beforeAll(async () => {
    user = await Workbench.start();
    folder = path.dirname(user.session.localAws.home);
    docker = await DockerDaemon.start(folder);
    await user.aws("ecr", "create-repository", "--repository-name", "app", "--image-tag-mutability", "IMMUTABLE");
  });
  afterAll(async () => {
    await docker?.end();
    await user?.end();
  });

  step("it takes a token of ECR at the address that comes with it", async () => {
    const [{ proxyEndpoint, authorizationToken }] = (await user.aws("ecr", "get-authorization-token"))
      .authorizationData;
    registry = proxyEndpoint.replace("http://", "");
    const password = Buffer.from(authorizationToken, "base64").toString().replace("AWS:", "");
    const login = await run(["login", "--username", "AWS", "--password-stdin", registry], password);
    expect(login.output).toContain("Login Succeeded");
  });

  step("it builds an image whose RUN ran", async () => {
    expect(await build("first")).toMatchObject({ exitCode: 0 });
    const said = await run(["run", "--rm", readFileSync(path.join(folder, "id"), "utf8")]);
    expect(said).toEqual({ exitCode: 0, output: "first" });
  });

  step("it pushes the image, and ECR has it", async () => {
    expect(await run(["push", `${registry}/app:1`])).toMatchObject({ exitCode: 0 });
    const [pushed] = (await user.aws("ecr", "describe-images", "--repository-name", "app")).imageDetails;
    digest = pushed.imageDigest;
    expect(pushed.imageTags).toEqual(["1"]);
  });

  step("the same image is pushed again", async () => {
    expect(await run(["push", `${registry}/app:1`])).toMatchObject({ exitCode: 0 });
  });

  step("it pulls the image by its digest when it has lost its own", async () => {
    await run(["system", "prune", "--all", "--force"]);
    expect(await run(["pull", `${registry}/app@${digest}`])).toMatchObject({ exitCode: 0 });
    expect((await run(["run", "--rm", `${registry}/app@${digest}`])).output).toBe("first");
  });

  step("fails to push another image with an immutable tag, in ECR's words", async () => {
    await build("second");
    const { exitCode, output } = await run(["push", `${registry}/app:1`]);
    expect(exitCode).toBe(1);
    expect(output).toContain(
      "tag invalid: The image tag '1' already exists in the 'app' repository " +
        "and cannot be overwritten because the repository is immutable.",
    );
  });
});

describe.skipIf(withoutDocker !== undefined)(`the end of a Docker daemon of a test${reason}`, () => {
  let place: Place;
  let container = "";

  beforeAll(async () => {
    place = await claimPlace();
  });
  afterAll(() => place?.giveBack());

  /** Starts a daemon with a container that runs. */
  async function start(): Promise<DockerDaemon> {
    const docker = await DockerDaemon.start(place.folder);
    const context = path.join(place.folder, "context");
    await writeContext(context, ['CMD ["/bin/sleep", "infinity"]'], ["/bin/sleep"]);
    await execa("docker", ["build", "--tag", "sleeper", context], { env: docker.env });
    container = (await execa("docker", ["run", "--detach", "sleeper"], { env: docker.env })).stdout;
    return docker;
  }
  /** What of a daemon, by its folder, its control group or its container, this computer has: processes, mounts, groups. */
  function left(): string[] {
    const names = [path.join(place.folder, "docker"), `${path.basename(place.folder)}-docker`, container];
    const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
    const commands = readdirSync("/proc")
      .filter((pid) => /^\d+$/.test(pid) && existsSync(`/proc/${pid}/cmdline`))
      .flatMap((pid) => {
        try {
          return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")];
        } catch {
          return [];
        }
      });
    const groups = readdirSync(controlGroups() as string);
    return [...mounts, ...commands, ...groups].filter((line) => names.some((name) => line.includes(name)));
  }

  it("leaves nothing, also with a container that runs", async () => {
    const docker = await start();
    expect(left()).not.toEqual([]);
    const group = testControlGroup(controlGroups() as string, "docker", place.folder);
    expect(existsSync(path.join(group, container))).toBe(true);
    await docker.end();
    expect(left()).toEqual([]);
    expect(readdirSync(place.folder)).toEqual(["context"]);
  });

  it("has no mount of another test, whose disk it would keep busy", async () => {
    const other = path.join(place.folder, "other");
    mkdirSync(other);
    await execa("mount", ["-t", "tmpfs", "none", other]);
    const docker = await DockerDaemon.start(place.folder);
    const { stdout: pid } = await execa("pgrep", ["--full", `^dockerd .*${place.folder}/`]);
    expect(readFileSync(`/proc/${pid}/mountinfo`, "utf8")).toContain(` ${place.folder}/docker `);
    expect(readFileSync(`/proc/${pid}/mountinfo`, "utf8")).not.toContain(other);
    await docker.end();
  });

  it("is that of a sweep, when the test was killed", async () => {
    await start();
    await place.giveBack({ abandoned: true });
    expect(left()).toEqual([]);
    expect(existsSync(place.folder)).toBe(false);
  });

  it("fails to start where its data cannot be, with the daemon's words", async () => {
    const other = await claimPlace();
    mkdirSync(path.join(other.folder, "docker"));
    writeFileSync(path.join(other.folder, "docker", "data"), "no folder");
    await expect(DockerDaemon.start(other.folder)).rejects.toThrow("canonical path points to a file");
    expect(await other.giveBack()).toEqual([]);
  });
});

import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Docker } from "../../../scripts/release/docker";
import { temporaryFolder } from "../../temporary-folder";

afterEach(() => vi.unstubAllEnvs());

const version =
  "if [[ $1 == version ]]; then echo 1; exit; fi; if [[ $1 == context ]]; then echo unix:///run/there; exit; fi";

/** A docker command that is a script. Returns a file to which it appends what it is called with. */
function dockerThat(script: string): string {
  const folder = temporaryFolder("docker-");
  const log = path.join(folder, "calls");
  writeFileSync(path.join(folder, "docker"), `#!/bin/bash\necho "$DOCKER_HOST $*" >>"${log}"\n${script}\n`);
  chmodSync(path.join(folder, "docker"), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"]}`);
  vi.stubEnv("DOCKER_HOST", "");
  return log;
}

describe("Docker", () => {
  test("fails in one sentence when it is not installed", async () => {
    vi.stubEnv("PATH", temporaryFolder("nothing-"));
    await expect(Docker.find()).rejects.toThrow(
      "docker: expected it on the PATH, got none; install it, or release an image that is pushed already with --image",
    );
  });

  test("fails in one sentence when no daemon answers", async () => {
    dockerThat('echo "Cannot connect to the Docker daemon. Is it running?" >&2; exit 1');
    await expect(Docker.find()).rejects.toThrow(
      "docker: expected a daemon that answers, got: Cannot connect to the Docker daemon. Is it running?; start Docker",
    );
  });

  test("builds for the host's platform, and returns the id", async () => {
    const log = buildFor("linux/arm64");
    expect(await build()).toBe("sha256:1");
    expect(readFileSync(log, "utf8")).toMatch(/build --platform linux\/arm64 --iidfile \S+ \/app$/m);
  });

  /** A build whose image is for the platforms, one after the other. */
  const buildFor = (...platforms: string[]) => {
    const inspect = `if [[ $1 == image ]]; then sed -n "$(grep -c ' build ' "$(dirname "$0")/calls")p" <<<$'${platforms.join("\\n")}'; exit; fi`;
    return dockerThat(`${version}; ${inspect}; printf 'sha256:1\\n' >"$5"`);
  };
  const build = async (fresh = false) =>
    (await Docker.find()).build({ folder: "/app", platform: "linux/arm64", fresh }, () => undefined);

  test("builds without its cache if that has steps of another platform", async () => {
    const log = buildFor("linux/amd64", "linux/arm64");
    expect(await build()).toBe("sha256:1");
    expect(readFileSync(log, "utf8")).toContain(" --no-cache /app\n");
  });

  test("asks for base images again, and leaves the cache out, when that is asked for", async () => {
    const log = buildFor("linux/arm64");
    await build(true);
    expect(readFileSync(log, "utf8")).toContain(" --pull --no-cache /app\n");
  });

  test("fails in one sentence if the image is for another platform nevertheless", async () => {
    buildFor("linux/amd64", "linux/amd64");
    await expect(build()).rejects.toThrow(
      "docker build: expected an image for linux/arm64, which the host runs, got one for linux/amd64; " +
        "name a base image that has this platform",
    );
  });

  test("fails with Docker's last line when a build fails", async () => {
    dockerThat(`${version}; echo "Step 1/2"; echo "The command '/bin/false' returned a non-zero code: 1" >&2; exit 1`);
    const docker = await Docker.find();
    await expect(
      docker.build({ folder: "/app", platform: "linux/amd64", fresh: false }, () => undefined),
    ).rejects.toThrow(/^docker build failed: The command '\/bin\/false' returned a non-zero code: 1; see /);
  });

  test("pushes with a login of its own, which nobody sees, to the daemon of the caller's context", async () => {
    const log = dockerThat(`${version}; [[ $1 != --config ]] || cat "$2/config.json" >>"$0.config"`);
    await push();
    const calls = readFileSync(log, "utf8");
    expect(calls).toContain("tag sha256:1 registry.example/app:1\n");
    expect(calls).toMatch(/^unix:\/\/\/run\/there --config \S+ push registry\.example\/app:1$/m);
    expect(calls).not.toContain("secret");
    const file = path.join(path.dirname(log), "docker.config");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ auths: { "registry.example": { auth: "secret" } } });
  });

  const push = async () => {
    const login = { host: "registry.example", token: "secret" };
    await (await Docker.find()).push("sha256:1", "registry.example/app:1", login, () => undefined);
  };
  const lastWords = (words: string, times: number) =>
    dockerThat(
      `${version}; if [[ $1 == --config && $(grep -c -- --config "$(dirname "$0")/calls") -le ${times} ]]; then ` +
        `echo '${words}' >&2; exit 1; fi`,
    );
  const pushes = (log: string) => readFileSync(log, "utf8").match(/--config/g)?.length;

  test("pushes again when the connection is lost", async () => {
    const log = lastWords('Patch "https://registry.example/v2/app/blobs/uploads/1?_state=long": EOF', 1);
    await push();
    expect(pushes(log)).toBe(2);
  });

  test("fails with the registry's words when it is lost three times", async () => {
    const log = lastWords('Patch "https://registry.example/v2/app/blobs/uploads/1?_state=long": EOF', 3);
    await expect(push()).rejects.toThrow(
      /^docker push failed: Patch "https:\/\/registry.example\/v2\/app\/blobs\/uploads\/1": EOF; see /,
    );
    expect(pushes(log)).toBe(3);
  });

  test("does not push again what the registry refuses", async () => {
    const log = lastWords("denied: not yours", 1);
    await expect(push()).rejects.toThrow(/^docker push failed: denied: not yours; see /);
    expect(pushes(log)).toBe(1);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findProgram } from "../setup/tools";
import { CommandError } from "../support/command-error";
import { lastLineOf, runLogged } from "../support/run-logged";
import type { ContainerImage } from "./container-image";

const PUSH_TIMEOUT_SEC = 300;

/** Where an image goes. */
export interface PushTarget {
  /** "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com", or a port of this computer with http. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** The token of ECR's GetAuthorizationToken: `AWS:<password>` in base64. */
  readonly token: string;
}

/**
 * Pushes an image to a registry. Does nothing when the tag names it already, since a repository with immutable tags
 * would refuse it.
 *
 * @returns the digest by which the registry names it
 * @throws CommandError one sentence with the registry's words when it refuses
 */
export async function pushImage(image: ContainerImage, target: PushTarget): Promise<string> {
  const skopeo = findProgram("skopeo");
  if (skopeo === undefined) throw new CommandError("skopeo pushes images and is not installed: apt-get install skopeo");
  const { protocol, host } = new URL(target.registry);
  const name = `${host}/${target.repository}:${target.tag}`;
  if ((await digestInRegistry(target)) === image.digest) return image.digest;
  const folder = mkdtempSync(path.join(tmpdir(), "push-image-"));
  try {
    const authFile = path.join(folder, "auth.json");
    // In a file, since every user of this computer sees the arguments of a process.
    writeFileSync(authFile, JSON.stringify({ auths: { [host]: { auth: target.token } } }), { mode: 0o600 });
    let lastLine: string | undefined;
    const exitCode = await runLogged({
      name: `push ${target.repository}`,
      file: skopeo,
      args: [
        ...["--insecure-policy", "copy", "--preserve-digests", "--dest-authfile", authFile],
        ...(protocol === "http:" ? ["--dest-tls-verify=false"] : []),
        ...[`oci:${image.layout}:latest`, `docker://${name}`],
      ],
      timeoutSec: PUSH_TIMEOUT_SEC,
      allowedExitCodes: "any",
      onLine: (line) => {
        lastLine = lastLineOf(line) ?? lastLine;
      },
    });
    if (exitCode !== 0) throw new CommandError(`${name} was not pushed: ${reasonOf(lastLine ?? "")}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return image.digest;
}

/** The digest of a tag; undefined when there is none, or the registry does not say. */
async function digestInRegistry({ registry, repository, tag, token }: PushTarget): Promise<string | undefined> {
  const accept = ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];
  const answer = await fetch(new URL(`/v2/${repository}/manifests/${tag}`, registry), {
    method: "HEAD",
    headers: { authorization: `Basic ${token}`, accept: accept.join(", ") },
  }).catch(() => undefined);
  return answer?.ok ? (answer.headers.get("docker-content-digest") ?? undefined) : undefined;
}

/** skopeo's words: `time="…" level=fatal msg="writing blob: …"`. */
function reasonOf(line: string): string {
  const words = /\bmsg="(.*)"$/.exec(line)?.[1] ?? line;
  return words.replaceAll('\\"', '"');
}

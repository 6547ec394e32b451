import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import {
  type ImageProcess,
  imageObstacle,
  ownFolder,
  type ProcessOptions,
  UnpackedImage,
} from "../../../containers/image-process";

/** CouchDB's user in its image. */
export const COUCHDB_UID = 5984;

const ADMIN = { COUCHDB_USER: "ada", COUCHDB_PASSWORD: "s3cret" };

/** Why the stand-in cannot run here; undefined where it can. */
export const obstacle = imageObstacle();

/** What a request without a password has instead. */
export const NOBODY = { authorization: "" };

/** Basic authentication's header. */
export function basic(name: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` };
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

/** The stand-in for CouchDB, run out of its image, over data and settings of the test. */
export class CouchDbServer {
  private readonly running: ImageProcess[] = [];

  private constructor(
    private readonly image: UnpackedImage,
    readonly port: number,
    readonly data: string,
    /** The folder local.d. */
    readonly settings: string,
  ) {}

  static image(): Promise<UnpackedImage> {
    return UnpackedImage.of({ recipe: path.resolve("scripts/local-aws/stand-ins/couchdb") });
  }

  /**
   * One that is not started yet, with empty data.
   *
   * @param more lines of its first .ini file
   */
  static async over(image: UnpackedImage, more = ""): Promise<CouchDbServer> {
    const port = await freePort();
    const lines = [
      "[couchdb]",
      "single_node = true",
      "[chttpd]",
      `port = ${port}`,
      "bind_address = 127.0.0.1",
      more,
      "",
    ];
    const settings = ownFolder(COUCHDB_UID, { "00-test.ini": lines.join("\n") });
    return new CouchDbServer(image, port, ownFolder(COUCHDB_UID), settings);
  }

  /** The text of a file of local.d. */
  ini(name: string): string {
    return readFileSync(path.join(this.settings, name), "utf8");
  }

  start(options: ProcessOptions = {}): ImageProcess {
    const mounts = { "/opt/couchdb/data": this.data, "/opt/couchdb/etc/local.d": this.settings };
    const started = this.image.start({ user: COUCHDB_UID, mounts, environment: ADMIN, ...options });
    this.running.push(started);
    return started;
  }

  /** Starts it, and waits until it answers. */
  async serve(options?: ProcessOptions): Promise<ImageProcess> {
    const started = this.start(options);
    await started.reach("the stand-in that serves", async () => {
      const answer = await fetch(`http://127.0.0.1:${this.port}/_up`).catch(() => undefined);
      return answer?.ok;
    });
    return started;
  }

  /** A request by the admin, unless `headers` say otherwise. */
  async call(method: string, url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`http://127.0.0.1:${this.port}${url}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: { ...basic("ada", "s3cret"), "content-type": "application/json", ...headers },
    });
    return { status: answer.status, body: JSON.parse((await answer.text()) || "{}"), headers: answer.headers };
  }

  /** Ids of the documents of a database. */
  async ids(database: string): Promise<string[]> {
    const { body } = await this.call("GET", `/${database}/_all_docs`);
    return (body["rows"] as { id: string }[]).map(({ id }) => id);
  }

  /** Ends whatever still runs. */
  async remove(): Promise<void> {
    for (const each of this.running) await each.end("SIGKILL");
  }
}

/** A port of this computer that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

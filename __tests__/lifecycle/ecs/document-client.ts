import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { venvPython } from "../../../scripts/setup/python-env";
import { leaderOf } from "../machines";
import { until } from "../until";
import type { EcsUser } from "./ecs-user";

const PROGRAM = path.join(import.meta.dirname, "write_documents.py");
// More documents than are ever on the way at once.
const GAP = 100;

/**
 * A client that writes numbered documents, several at once, and remembers each that CouchDB acknowledged. It runs on this
 * computer, and so survives the host.
 */
export class DocumentClient {
  /** Numbers of the documents that were acknowledged. */
  readonly acknowledged: number[] = [];

  constructor(
    private readonly ecs: EcsUser,
    private readonly database: string,
  ) {}

  /** Writes documents until CouchDB is lost. Calls `lose` in the middle, when `count` more are acknowledged. */
  async writeUntilLost(count: number, lose: () => Promise<void>): Promise<void> {
    const { acknowledged } = this;
    const enough = acknowledged.length + count;
    // Of a document that was on the way, nobody knows whether it is there.
    const first = Math.max(0, ...acknowledged) + GAP;
    const url = `http://127.0.0.1:5984/${this.database}`;
    const login = Buffer.from(`admin:${await this.ecs.password()}`).toString("base64");
    // CouchDB's port is open to the host alone: so the client uses the host's network, but nothing else of it.
    const within = ["--target", await leaderOf(await this.ecs.instanceId()), "--net"];
    const program = execa("nsenter", [...within, venvPython, PROGRAM, url, String(first)], {
      input: `Basic ${login}\n`,
      buffer: false,
    });
    let isLost = false;
    const notes = (async () => {
      for await (const line of createInterface({ input: program.stdout })) acknowledged.push(Number(line));
      isLost = true;
    })();
    const seen = () => `${acknowledged.length} of ${enough}`;
    await until("documents", async () => isLost || acknowledged.length >= enough, seen);
    if (isLost) throw new Error(`expected ${enough} documents before CouchDB is lost, got ${acknowledged.length}`);
    await lose();
    await Promise.all([notes, program]);
  }
}

import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../../lifecycle/until";
import { temporaryFolder } from "../../../../temporary-folder";
import type { UnpackedImage } from "../../../containers/image-process";
import { basic, COUCHDB_UID, CouchDbServer, obstacle } from "./server";

const title = `a stand-in for CouchDB, out of its image${obstacle === undefined ? "" : ` (${obstacle})`}`;

describe.skipIf(obstacle !== undefined)(title, () => {
  let image: UnpackedImage;
  let couchdb: CouchDbServer;
  beforeAll(async () => {
    image = await CouchDbServer.image();
  });
  afterEach(() => couchdb?.remove());

  describe("its admin", () => {
    const HASH = /^ada = -pbkdf2:sha256-[0-9a-f]{64},[0-9a-f]{32},\d+$/m;

    test("of the variables is in docker.ini, hashed, and stays the same at the next start", async () => {
      couchdb = await CouchDbServer.over(image);
      await (await couchdb.serve()).end("SIGTERM");
      const [hash = ""] = HASH.exec(couchdb.ini("docker.ini")) ?? [];
      expect(hash).not.toBe("");
      expect(couchdb.ini("docker.ini")).not.toContain("s3cret");
      await couchdb.serve();
      expect(HASH.exec(couchdb.ini("docker.ini"))?.[0]).toBe(hash);
      expect((await couchdb.call("GET", "/_all_dbs")).status).toBe(200);
    });

    test("has the new password when the old line is gone from docker.ini", async () => {
      couchdb = await CouchDbServer.over(image);
      await (await couchdb.serve()).end("SIGTERM");
      const file = path.join(couchdb.settings, "docker.ini");
      writeFileSync(file, couchdb.ini("docker.ini").replace(HASH, ""));
      await couchdb.serve({ environment: { COUCHDB_USER: "ada", COUCHDB_PASSWORD: "new" } });
      expect((await couchdb.call("GET", "/_all_dbs")).status).toBe(401);
      expect((await couchdb.call("GET", "/_all_dbs", undefined, basic("ada", "new"))).status).toBe(200);
    });

    test("of an .ini file is hashed into the last one, and that file stays as it is", async () => {
      couchdb = await CouchDbServer.over(image, "[admins]\nbob = plain");
      const own = couchdb.ini("00-test.ini");
      await couchdb.serve({ environment: {} });
      expect(couchdb.ini("00-test.ini")).toBe(own);
      expect(couchdb.ini("docker.ini")).toMatch(/^\[admins\]\nbob = -pbkdf2:/m);
      expect((await couchdb.call("GET", "/_all_dbs", undefined, basic("bob", "plain"))).status).toBe(200);
    });

    test("fails to be absent: the entry point refuses to start", async () => {
      couchdb = await CouchDbServer.over(image);
      const started = couchdb.start({ environment: {} });
      expect(await started.ended).toBe(1);
      expect(started.output).toMatch(/^ERROR: CouchDB 3 does not run without an admin: set COUCHDB_USER and/);
    });

    test("fails to be absent: the server itself refuses to start", async () => {
      couchdb = await CouchDbServer.over(image);
      const command = ["node", "/opt/couchdb/server/main.cjs", "/opt/couchdb"];
      const started = couchdb.start({ environment: {}, command });
      expect(await started.ended).toBe(1);
      expect(started.output).toMatch(
        /^error: no admin: CouchDB 3 does not run without one; write an \[admins\] section/,
      );
    });
  });

  describe("its data", () => {
    test("fail to be opened by a second process, which says so", async () => {
      couchdb = await CouchDbServer.over(image);
      await couchdb.serve();
      await couchdb.call("PUT", "/notes");
      const second = couchdb.start();
      expect(await second.ended).toBe(1);
      expect(second.output).toMatch(/^error: another process has \/opt\/couchdb\/data open: end it first/m);
    });

    test("stay when it ends by SIGTERM, also what is just being written", async () => {
      couchdb = await CouchDbServer.over(image);
      const first = await couchdb.serve();
      await couchdb.call("PUT", "/notes");
      const put = (_: unknown, n: number) => couchdb.call("PUT", `/notes/${n}`, { n }).catch(() => undefined);
      const writes = Array.from({ length: 20 }, put);
      await Promise.race(writes);
      expect(await first.end("SIGTERM")).toBe(0);
      const answers = await Promise.all(writes);
      const written = answers.flatMap((answer) => (answer?.status === 201 ? [answer.body["id"]] : []));
      expect(written).not.toEqual([]);
      await couchdb.serve();
      expect(await couchdb.ids("notes")).toEqual(expect.arrayContaining(written));
    });

    test("have every acknowledged document after SIGKILL in the middle of writing", async () => {
      couchdb = await CouchDbServer.over(image);
      const first = await couchdb.serve();
      await couchdb.call("PUT", "/notes");
      const acknowledged: string[] = [];
      let next = 0;
      const write = async (): Promise<void> => {
        for (;;) {
          const id = `n${next++}`;
          const answer = await couchdb.call("PUT", `/notes/${id}`, { text: "x".repeat(2000) }).catch(() => undefined);
          if (answer === undefined) return;
          if (answer.status === 201) acknowledged.push(id);
        }
      };
      const writers = Array.from({ length: 4 }, write);
      await until("200 acknowledged documents", async () => acknowledged.length >= 200);
      await first.end("SIGKILL");
      await Promise.all(writers);
      await couchdb.serve();
      const there = new Set(await couchdb.ids("notes"));
      expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
    });

    test("are on the disk before they are acknowledged: the file, and the folder of a new database", async () => {
      couchdb = await CouchDbServer.over(image);
      const trace = path.join(temporaryFolder("trace-"), "trace");
      const calls = "trace=fsync,fdatasync,write,writev";
      const below = ["strace", "--follow-forks", "--decode-fds=path", "-s", "4000", "-e", calls, "-o", trace];
      await couchdb.serve({ below });
      await couchdb.call("PUT", "/notes");
      await couchdb.call("PUT", "/notes/a", { text: "what has to stay" });
      const lines = readFileSync(trace, "utf8").split("\n");
      const find = (words: RegExp, from = 0): number => lines.findIndex((line, at) => at > from && words.test(line));
      const database = find(/HTTP\/1\.1 201/);
      const folder = find(/ fsync\(\d+<[^>]*\/data>/);
      expect(folder).toBeGreaterThan(0);
      expect(folder).toBeLessThan(database);
      const written = find(/ write\(\d+<[^>]*\/notes\/\d+\.log>.*what has to stay/, database);
      const document = find(/HTTP\/1\.1 201/, database);
      const synced = find(/ fdatasync\(\d+<[^>]*\/notes\/\d+\.log>/, written);
      expect(written).toBeGreaterThan(database);
      expect(synced).toBeGreaterThan(written);
      expect(synced).toBeLessThan(document);
    });

    test("can be read while the disk is full, and fail to be written until it has room", async () => {
      couchdb = await CouchDbServer.over(image, `[disk_monitor]\nfree_bytes = ${2 ** 60}`);
      await couchdb.serve();
      expect(await couchdb.call("PUT", "/notes")).toMatchObject({
        status: 507,
        body: { error: "insufficient_storage" },
      });
      expect((await couchdb.call("GET", "/_all_dbs")).status).toBe(200);
    });

    test("belong to user 5984, also when it starts as root", async () => {
      couchdb = await CouchDbServer.over(image);
      await couchdb.serve({ user: 0 });
      expect(statSync(path.join(couchdb.data, "_users")).uid).toBe(COUCHDB_UID);
    });
  });
});

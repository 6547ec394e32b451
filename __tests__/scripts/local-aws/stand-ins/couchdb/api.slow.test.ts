import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { basic, CouchDbServer, NOBODY, obstacle } from "./server";

const title = `a stand-in for CouchDB, out of its image${obstacle === undefined ? "" : ` (${obstacle})`}`;

describe.skipIf(obstacle !== undefined)(title, () => {
  let couchdb: CouchDbServer;
  beforeAll(async () => {
    couchdb = await CouchDbServer.over(await CouchDbServer.image());
    await couchdb.serve();
    await couchdb.call("PUT", "/notes");
    await couchdb.call("PUT", "/notes/there", {});
  });
  afterAll(() => couchdb?.remove());

  test("answers /_up to everybody", async () => {
    expect(await couchdb.call("GET", "/_up", undefined, NOBODY)).toMatchObject({ status: 200, body: { status: "ok" } });
  });

  test("says in its name that it is a stand-in", async () => {
    const { body } = await couchdb.call("GET", "/", undefined, NOBODY);
    expect(body).toMatchObject({ couchdb: "Welcome", vendor: { name: expect.stringContaining("stand-in") } });
  });

  test("serves Fauxton's page", async () => {
    const page = await fetch(`http://127.0.0.1:${couchdb.port}/_utils/`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("<title>PouchDB Server</title>")]);
  });

  test("has the databases of a single node", async () => {
    expect((await couchdb.call("GET", "/_all_dbs")).body).toEqual(expect.arrayContaining(["_replicator", "_users"]));
  });

  test("keeps documents and their revisions, and finds them", async () => {
    expect(await couchdb.call("PUT", "/letters")).toMatchObject({ status: 201, body: { ok: true } });
    const first = await couchdb.call("PUT", "/letters/a", { kind: "note", text: "one" });
    expect(first).toMatchObject({ status: 201, body: { id: "a" } });
    const second = await couchdb.call("PUT", "/letters/a", { kind: "note", text: "two", _rev: first.body["rev"] });
    expect(second.status).toBe(201);
    expect((await couchdb.call("GET", "/letters/a")).body).toMatchObject({ text: "two", _rev: second.body["rev"] });
    expect((await couchdb.call("POST", "/letters/_bulk_docs", { docs: [{ _id: "b" }, { _id: "c" }] })).status).toBe(
      201,
    );
    expect(await couchdb.ids("letters")).toEqual(["a", "b", "c"]);
    const found = await couchdb.call("POST", "/letters/_find", { selector: { kind: "note" } });
    expect(found.body["docs"]).toMatchObject([{ _id: "a" }]);
    expect((await couchdb.call("GET", "/letters/_changes")).body["results"]).toHaveLength(3);
  });

  test("keeps a document that is sent as something else than JSON, whole", async () => {
    await couchdb.call("PUT", "/notes/form", { text: "one" }, { "content-type": "application/x-www-form-urlencoded" });
    expect((await couchdb.call("GET", "/notes/form")).body).toMatchObject({ text: "one" });
  });

  test("gives sessions by cookie, and ends them", async () => {
    const begun = await couchdb.call("POST", "/_session", { name: "ada", password: "s3cret" }, NOBODY);
    const [cookie = ""] = String(begun.headers.get("set-cookie")).split(";");
    expect(cookie).toMatch(/^AuthSession=.{20}/);
    expect((await couchdb.call("GET", "/_all_dbs", undefined, { ...NOBODY, cookie })).status).toBe(200);
    expect((await couchdb.call("GET", "/_session", undefined, { ...NOBODY, cookie })).body).toMatchObject({
      userCtx: { name: "ada", roles: ["_admin"] },
    });
    const ended = await couchdb.call("DELETE", "/_session", undefined, { ...NOBODY, cookie });
    expect(ended.headers.get("set-cookie")).toMatch(/^AuthSession=;/);
  });

  const forged = Buffer.from(`ada:6B000000:${"x".repeat(32)}`).toString("base64url");
  const notAdmin = [401, "unauthorized", "You are not a server admin."] as const;
  const refusals: readonly (readonly [string, string, Record<string, string>, number, string, string])[] = [
    ["PUT /x", "without a password", NOBODY, ...notAdmin],
    ["GET /_all_dbs", "without a password", NOBODY, ...notAdmin],
    ["GET /_all_dbs", "with a forged cookie", { ...NOBODY, cookie: `AuthSession=${forged}` }, ...notAdmin],
    ["GET /notes/there", "without one", NOBODY, 401, "unauthorized", "You are not authorized to access this db."],
    ["GET /notes/there", "with a wrong one", basic("ada", "x"), 401, "unauthorized", "Name or password is incorrect."],
    ["PUT /notes", "again", {}, 412, "file_exists", "The database could not be created."],
    ["GET /nothing", "", {}, 404, "not_found", "Database does not exist."],
    ["GET /notes/absent", "", {}, 404, "not_found", "missing"],
    ["PUT /notes/there", "without its revision", {}, 409, "conflict", "Document update conflict"],
    ["PUT /Notes", "", {}, 400, "illegal_database_name", "Name: 'Notes'. Only lowercase characters"],
    ["PUT /_users/org.couchdb.user:eve", "", {}, 501, "not_implemented", "this stand-in has admins alone"],
    ["POST /notes", "of text", { "content-type": "text/plain" }, 415, "bad_content_type", "Content-Type must be"],
    ["GET /%ff", "", {}, 400, "bad_request", "URI malformed"],
  ];

  test.each(refusals)("fails in CouchDB's words: %s %s", async (request, _how, headers, status, error, reason) => {
    const [method = "", url = ""] = request.split(" ");
    const answer = await couchdb.call(method, url, method === "GET" ? undefined : {}, headers);
    expect(answer).toMatchObject({ status, body: { error, reason: expect.stringContaining(reason) } });
  });
});

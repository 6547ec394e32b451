import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ImageProcess, imageObstacle, ownFolder, UnpackedImage } from "./image-process";

const COUCHDB_UID = 5984;
const SECRETS = "COUCHDB_USER=ada\nCOUCHDB_PASSWORD=s3cret\n";
const TASK = {
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials/of-the-task",
  AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
  COUCHDB_URL: "http://127.0.0.1:5984",
  WORK_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/work",
  SECRETS_BUCKET: "secrets",
  SECRETS_KEY: "app.env",
  // Nobody's: they would be refused.
  AWS_ACCESS_KEY_ID: "AKIAANOTHER",
  AWS_SECRET_ACCESS_KEY: "another",
};
const obstacle = imageObstacle();
const title = `the stand-in for Grand Central, out of its image${obstacle === undefined ? "" : ` (${obstacle})`}`;

describe.skipIf(obstacle !== undefined)(title, () => {
  let application: UnpackedImage;
  let world: ImageProcess;
  let database: ImageProcess;
  const running: ImageProcess[] = [];

  beforeAll(async () => {
    application = await UnpackedImage.of({ recipe: path.resolve("__tests__/lifecycle/ecs/application") });
    const couchdb = await UnpackedImage.of({ recipe: path.resolve("scripts/local-aws/stand-ins/couchdb") });
    const addresses = "ip link set lo up; ip address add 169.254.170.2/32 dev lo";
    const fake = path.resolve(__dirname, "fake-task-world.cjs");
    const script = `${addresses}; exec "$@"`;
    const args = ["unshare", "--net", "bash", "-ec", script, "world", process.execPath, fake, SECRETS];
    world = new ImageProcess(["setpriv", "--pdeathsig", "KILL", ...args]);
    await world.reach("the task's world", async () => world.output.includes("ready"));
    const settings = ownFolder(COUCHDB_UID, { "00-test.ini": "[couchdb]\nsingle_node = true\n" });
    const mounts = { "/opt/couchdb/data": ownFolder(COUCHDB_UID), "/opt/couchdb/etc/local.d": settings };
    const environment = { COUCHDB_USER: "ada", COUCHDB_PASSWORD: "s3cret" };
    database = couchdb.start({ user: COUCHDB_UID, mounts, environment, network: world.pid });
    await database.reach("CouchDB's stand-in", () => ask("http://127.0.0.1:5984/_up"));
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.end("SIGKILL");
  });
  afterAll(async () => {
    await database?.end("SIGKILL");
    await world?.end("SIGKILL");
  });

  /** A request within the task's network. Undefined without an answer of success. */
  async function ask(url: string, ...options: readonly string[]): Promise<string | undefined> {
    const args = ["--target", String(world.pid), "--net", "curl", "--silent", "--fail", ...options, url];
    const { exitCode, stdout } = await execa("nsenter", args, { reject: false });
    return exitCode === 0 ? stdout : undefined;
  }

  function start(environment: Readonly<Record<string, string>>, mounts = {}): ImageProcess {
    const started = application.start({ environment, mounts, network: world.pid });
    running.push(started);
    return started;
  }

  test("writes a message of the queue as a document, with the credentials of its task, and deletes it", async () => {
    const started = start(TASK);
    await ask("http://127.0.0.1:4566/test/messages", "--data", '"hello"');
    const taken = async () => (await ask("http://127.0.0.1:4566/test/messages")) === "[]";
    await started.reach("a queue without messages", taken);
    const document = await ask("http://127.0.0.1:5984/messages/id-1", "--user", "ada:s3cret");
    expect(JSON.parse(document ?? "{}")).toMatchObject({ _id: "id-1", body: "hello", version: "1" });
  });

  test("gives a message back that is no JSON", async () => {
    const started = start(TASK);
    await ask("http://127.0.0.1:4566/test/messages", "--data", "no JSON");
    await started.reach("a message that it gave back", async () => {
      const given = await ask("http://127.0.0.1:4566/test/given-back");
      return given !== undefined && given !== "[]";
    });
    expect(started.output).toMatch(/^error: message id-\d+ is no JSON: trying again$/m);
  });

  test("works on for the seconds that it needs after SIGTERM", async () => {
    const notes = ownFolder(1000);
    const started = start({ ...TASK, ENDING_SEC: "2", NOTES_FOLDER: "/notes" }, { "/notes": notes });
    await started.reach("its health", () => ask("http://127.0.0.1:3000/health"));
    expect(await started.end("SIGTERM")).toBe(0);
    expect(readFileSync(path.join(notes, "notes"), "utf8")).toBe(
      "second 1 after SIGTERM\nsecond 2 after SIGTERM\ndone\n",
    );
  });

  test("says in its health which version it is", async () => {
    const started = start({ ...TASK, VERSION: "2" });
    const health = await started.reach("its health", () => ask("http://127.0.0.1:3000/health"));
    expect(health).toBe("grand-central 2");
  });

  test("ends within its stop time-out", async () => {
    const started = start(TASK);
    await started.reach("its health", () => ask("http://127.0.0.1:3000/health"));
    expect(await started.end("SIGTERM")).toBe(0);
  });

  test("fails its health check when it was built so, and goes on", async () => {
    const started = start({ ...TASK, BEHAVIOUR: "unhealthy" });
    await started.reach("its answer", () => ask("http://127.0.0.1:3000/"));
    expect(await ask("http://127.0.0.1:3000/health")).toBeUndefined();
  });

  test.each([
    ["because it was built so", { ...TASK, BEHAVIOUR: "crashing" }, "error: it was built to crash\n"],
    [
      "without a task's role, whatever keys the environment has",
      { ...TASK, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "" },
      "error: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set: the task has no role\n",
    ],
    ["without its secrets", { ...TASK, SECRETS_KEY: "absent" }, "error: s3://secrets/absent cannot be read: "],
  ])("fails to start %s", async (_why, environment, sentence) => {
    const started = start(environment);
    expect(await started.ended).toBe(1);
    expect(started.output).toContain(sentence);
  });
});

/**
 * A small application that stands for Grand Central: it reads its secrets, takes messages from a queue, writes each as a
 * document into CouchDB, and deletes the message. README.md of the image's folder lists its variables.
 */
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { Database } from "./database.mjs";
import { readSecrets, taskCredentials } from "./secrets.mjs";

const { VERSION: version = "1", BEHAVIOUR: behaviour = "healthy", WORK_QUEUE_URL: queue } = process.env;
const url = process.env.COUCHDB_URL || "http://localhost.localdomain:5984";
const port = Number(process.env.PORT || 3000);
/** ECS does not tell containers on a host of one's own their region. */
const region = process.env.AWS_REGION || /\/\/sqs\.([a-z0-9-]+)\./.exec(queue ?? "")?.[1];
/** How long it still works after SIGTERM, and the folder in which it notes that. */
const { ENDING_SEC: endingSec = "0", NOTES_FOLDER: notes } = process.env;

const state = { version, written: 0, lastError: null };
const ended = new AbortController();

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}

function answer(request, response) {
  if (request.url === "/health") {
    const healthy = behaviour !== "unhealthy";
    response.writeHead(healthy ? 200 : 503, { "content-type": "text/plain" });
    return response.end(`grand-central ${version}${healthy ? "" : " is unhealthy, as it was built to be"}\n`);
  }
  response.writeHead(request.url === "/" ? 200 : 404, { "content-type": "application/json" });
  response.end(`${JSON.stringify(state)}\n`);
}

/** Writes a message as a document. One that is no JSON goes back to the queue at once. */
async function handle(client, database, { MessageId: id, Body: text, ReceiptHandle: handle }) {
  const message = { QueueUrl: queue, ReceiptHandle: handle };
  const body = parsed(text);
  if (body === undefined) {
    await client.send(new ChangeMessageVisibilityCommand({ ...message, VisibilityTimeout: 0 }));
    throw new Error(`message ${id} is no JSON`);
  }
  await database.write(id, { body, version });
  await client.send(new DeleteMessageCommand(message));
  state.written += 1;
  process.stdout.write(`wrote message ${id}\n`);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function takeMessages(client, database) {
  while (!ended.signal.aborted) {
    try {
      const wanted = { QueueUrl: queue, WaitTimeSeconds: 5 };
      const { Messages: [message] = [] } = await client.send(new ReceiveMessageCommand(wanted), {
        abortSignal: ended.signal,
      });
      if (message) await handle(client, database, message);
    } catch (error) {
      if (ended.signal.aborted) return;
      state.lastError = error.message;
      process.stderr.write(`error: ${error.message}: trying again\n`);
      await sleep(1000, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  }
}

/** What it still does after SIGTERM: a line each second, and one when it is done. */
async function finish() {
  if (!notes) return;
  const note = (line) => appendFileSync(join(notes, "notes"), `${line}\n`);
  for (let second = 1; second <= Number(endingSec); second += 1) {
    await sleep(1000);
    note(`second ${second} after SIGTERM`);
  }
  note("done");
}

async function main() {
  if (behaviour === "crashing") fail("it was built to crash");
  const credentials = taskCredentials(process.env);
  if (!region) fail("AWS_REGION is not set, and QUEUE_URL names no region");
  const secrets = queue && (await readSecrets(process.env, region, credentials));
  const server = createServer(answer).listen(port, () => process.stdout.write(`grand-central ${version} serves\n`));
  process.once("SIGTERM", async () => {
    ended.abort();
    await finish();
    server.close();
    server.closeAllConnections();
  });
  // The message that is being written is finished: its document is there, and the message deleted.
  const client = new SQSClient({ region, credentials, useQueueUrlAsEndpoint: false });
  if (queue) await takeMessages(client, new Database(url, secrets));
}

main().catch((error) => fail(error.message));

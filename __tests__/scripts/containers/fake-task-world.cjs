/**
 * What a task meets: the endpoint of its credentials, and an S3 and an SQS that take nothing but these. It runs in a
 * network namespace, and is told apart by its addresses.
 *
 *     node fake-task-world.cjs <text of every file in S3>
 */
"use strict";

const { createHash } = require("node:crypto");
const { createServer } = require("node:http");

const KEY = "ASIATASKROLE";
const SESSION = "session-of-the-task";
const messages = new Map();
const givenBack = [];

function give(response, status, body) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(text);
}

const credentials = createServer((request, response) => {
  if (request.url !== "/v2/credentials/of-the-task") return give(response, 404, {});
  const Expiration = new Date(Date.now() + 3_600_000).toISOString();
  give(response, 200, { AccessKeyId: KEY, SecretAccessKey: "secret", Token: SESSION, Expiration });
});

const aws = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  if (request.url === "/test/messages") {
    if (request.method === "POST") messages.set(`id-${messages.size + 1}`, text);
    return give(response, 200, [...messages.keys()]);
  }
  if (request.url === "/test/given-back") return give(response, 200, givenBack);
  const signed = String(request.headers.authorization).includes(`Credential=${KEY}/`);
  if (!signed || request.headers["x-amz-security-token"] !== SESSION) {
    return give(response, 403, { __type: "AccessDenied", message: "these are not the task's credentials" });
  }
  const action = String(request.headers["x-amz-target"]).split(".")[1];
  if (action === "ReceiveMessage") {
    const found = [...messages].map(([id, body]) => {
      const MD5OfBody = createHash("md5").update(body).digest("hex");
      return { MessageId: id, ReceiptHandle: id, Body: body, MD5OfBody };
    });
    // As a long poll does, it waits where there is nothing.
    setTimeout(() => give(response, 200, { Messages: found }), found.length === 0 ? 200 : 0);
  } else if (action === "DeleteMessage") {
    messages.delete(JSON.parse(text).ReceiptHandle);
    give(response, 200, {});
  } else if (action === "ChangeMessageVisibility") {
    givenBack.push(JSON.parse(text).ReceiptHandle);
    // A fake has no dead-letter queue: nobody gets it again.
    messages.delete(JSON.parse(text).ReceiptHandle);
    give(response, 200, {});
  } else if (request.method === "GET" && request.url.startsWith("/secrets/app.env")) {
    give(response, 200, process.argv[2]);
  } else {
    give(response, 400, { __type: "NotHere", message: `${request.method} ${request.url}` });
  }
});

credentials.listen(80, "169.254.170.2", () => aws.listen(4566, "127.0.0.1", () => process.stdout.write("ready\n")));

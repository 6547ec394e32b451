/**
 * Starts the stand-in: reads the .ini files below `etc`, hashes the admins' passwords, takes the databases, and serves
 * until SIGTERM.
 *
 *     node main.cjs <folder of etc and data>
 */
"use strict";

const crypto = require("node:crypto");
const http = require("node:http");
const path = require("node:path");
const express = require("express");
const { Admins } = require("./admins.cjs");
const { databasePages, requireDatabase } = require("./databases.cjs");
const { authenticate, checkNames, checkSpace, checkType, refuse, requireAdmin } = require("./gate.cjs");
const { Configuration } = require("./ini-chain.cjs");
const { serverPages } = require("./server-pages.cjs");
const { Sessions } = require("./sessions.cjs");
const { lock, openStore } = require("./store.cjs");
const { SyncedLevelDown } = require("./synced-leveldown.cjs");

/** How long requests may go on after SIGTERM. */
const GRACE_MS = 5000;

function log(level, message) {
  process.stdout.write(`[${level}] ${new Date().toISOString()} couchdb-stand-in ${message}\n`);
}

/** The value of an entry. Makes one at the first start, which stays. */
function kept(configuration, section, key) {
  if (configuration.get(section, key) === undefined) {
    configuration.set(section, key, crypto.randomBytes(16).toString("hex"));
  }
  return configuration.get(section, key);
}

function logRequest(request, response, next) {
  const started = Date.now();
  response.on("finish", () => {
    const who = request.admin ?? "undefined";
    log("notice", `${who} ${request.method} ${request.originalUrl} ${response.statusCode} ${Date.now() - started}`);
  });
  next();
}

/** Serves until SIGTERM. Answers requests that have begun, and then ends. */
function serve(application, configuration) {
  const port = Number(configuration.get("chttpd", "port"));
  const bind = configuration.get("chttpd", "bind_address");
  const server = http.createServer(application);
  const end = (reason, exitCode) => {
    log("notice", `${reason}: finishing the requests that have begun`);
    setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
    server.close(() => process.exit(exitCode));
    // A connection is idle, and still open, when its last request is answered.
    setInterval(() => server.closeIdleConnections(), 50);
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => end(signal, 0));
  SyncedLevelDown.onFailure = (error) => {
    process.stderr.write(`error: a write failed, so a new start has to open the databases again: ${error.message}\n`);
    end("a failed write", 1);
  };
  server.on("error", fail);
  server.listen(port, bind === "any" ? "0.0.0.0" : bind, () => {
    log("notice", `a stand-in for Apache CouchDB has started on http://${bind}:${server.address().port}/`);
  });
}

function fail(error) {
  process.stderr.write(`error: ${error.message}\n`);
  process.exit(1);
}

async function main(root) {
  const configuration = new Configuration(path.join(root, "etc"));
  const directory = path.resolve(root, configuration.get("couchdb", "database_dir"));
  const admins = new Admins(configuration);
  await lock(directory);
  await admins.hashAll();
  const sessions = new Sessions(
    kept(configuration, "chttpd_auth", "secret"),
    Number(configuration.get("chttpd_auth", "timeout")),
  );
  const uuid = kept(configuration, "couchdb", "uuid");
  const store = openStore(directory);
  const databases = databasePages(store);
  if (configuration.get("couchdb", "single_node") === "true") {
    for (const name of ["_users", "_replicator"]) await new store(name).info();
  }
  const application = express();
  application.disable("x-powered-by");
  application.enable("case sensitive routing");
  application.use(logRequest, authenticate(admins, sessions), requireAdmin, checkNames, checkType);
  application.use(checkSpace(directory, Number(configuration.get("disk_monitor", "free_bytes"))));
  application.use(serverPages({ admins, sessions, uuid, version: process.env["COUCHDB_VERSION"] ?? "3.5.0" }));
  application.use(requireDatabase(store), databases);
  application.use((error, _request, response, _next) => {
    const status = error.status ?? (error instanceof URIError ? 400 : 500);
    refuse(response, status, status < 500 ? "bad_request" : "internal_server_error", error.message);
  });
  serve(application, configuration);
}

main(process.argv[2] ?? path.resolve(__dirname, "..")).catch(fail);

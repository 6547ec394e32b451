/** CouchDB's API of databases and documents: what pouchdb-server serves, without its users, logs and configuration. */
"use strict";

const expressPouchDb = require("express-pouchdb");
const { refuse } = require("./gate.cjs");

/** @param store the class of the databases */
function databasePages(store) {
  return expressPouchDb(store, {
    mode: "minimumForPouchDB",
    overrideMode: {
      include: ["routes/cluster", "routes/fauxton", "routes/find"],
      exclude: ["routes/root", "routes/session-stub", "routes/temp-views"],
    },
  });
}

/** Answers for a database that does not exist, in CouchDB's words. */
function requireDatabase(store) {
  return async (request, response, next) => {
    const [, name] = request.path.split("/");
    const isName = name !== "" && !/^_(?!users$|replicator$)/.test(name) && name !== "favicon.ico";
    const creates = request.method === "PUT" && /^\/[^/]+\/?$/.test(request.path);
    if (!isName || creates || (await store.allDbs()).includes(decodeURIComponent(name))) return next();
    refuse(response, 404, "not_found", "Database does not exist.");
  };
}

module.exports = { databasePages, requireDatabase };

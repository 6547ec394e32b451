/** What stands before the databases: who may enter, and what this stand-in refuses. All errors have CouchDB's form. */
"use strict";

const fs = require("node:fs");

/** What CouchDB answers anybody. Fauxton's page needs no admin, but what it asks for does. */
const OPEN = /^\/(|_up|_session|_utils(\/.*)?|favicon\.ico)$/;
const READS_BY_POST = /\/(_find|_explain|_all_docs|_bulk_get|_changes|_revs_diff)$/;
const LEGAL_NAME = /^[a-z][a-z0-9_$()+-]*$/;
const SYSTEM_DATABASES = ["_users", "_replicator"];

/** Answers with an error of CouchDB's form. */
function refuse(response, status, error, reason) {
  response.status(status).json({ error, reason });
}

/**
 * Finds out who asks: `request.admin` is the admin's name, or undefined.
 * @param {import("./admins.cjs").Admins} admins
 * @param {import("./sessions.cjs").Sessions} sessions
 */
function authenticate(admins, sessions) {
  return handled(async (request, response, next) => {
    const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (basic !== undefined && request.path !== "/_up") {
      const [name, ...rest] = Buffer.from(basic, "base64").toString().split(":");
      if (!(await admins.accept(name, rest.join(":")))) {
        return refuse(response, 401, "unauthorized", "Name or password is incorrect.");
      }
      request.admin = name;
      request.authenticated = "default";
    } else {
      const name = sessions.nameOf(request.headers.cookie);
      if (name !== undefined && admins.has(name)) {
        request.admin = name;
        request.authenticated = "cookie";
        response.set("Set-Cookie", sessions.cookieFor(name));
      }
    }
    next();
  });
}

/** A handler whose rejection becomes an answer. Express 4 would let it end the process. */
function handled(handler) {
  return (request, response, next) => handler(request, response, next).catch(next);
}

/** Lets admins pass, and everybody to what is open. */
function requireAdmin(request, response, next) {
  if (request.admin !== undefined || OPEN.test(request.path)) return next();
  const { database, below } = partsOf(request.path);
  const inside = !database.startsWith("_") && (below.length > 0 || request.method === "GET");
  const reason = inside ? "You are not authorized to access this db." : "You are not a server admin.";
  refuse(response, 401, "unauthorized", reason);
}

/** Refuses names that CouchDB refuses, and users of `_users`, whose passwords nobody here would hash. */
function checkNames(request, response, next) {
  const { database, below } = partsOf(request.path);
  if (request.method === "PUT" && below.length === 0 && !SYSTEM_DATABASES.includes(database)) {
    if (!LEGAL_NAME.test(database)) {
      return refuse(
        response,
        400,
        "illegal_database_name",
        `Name: '${database}'. Only lowercase characters (a-z), digits (0-9), and any of the characters _, $, (, ), +, - ` +
          "are allowed. Must begin with a letter.",
      );
    }
  }
  if (database === "_users" && isWrite(request) && (below.length > 0 || request.method === "POST")) {
    return refuse(response, 501, "not_implemented", "this stand-in has admins alone: write them into an .ini file");
  }
  next();
}

/**
 * Sees to it that a document's body is read as JSON: CouchDB does so at a PUT whatever the request calls it, and refuses
 * a POST of another type. PouchDB would store an empty document.
 */
function checkType(request, response, next) {
  const type = request.headers["content-type"] ?? "";
  const { database, below } = partsOf(request.path);
  if (!database.startsWith("_") && !/^multipart\//.test(type)) {
    const isDocument = below.length === (/^_(design|local)$/.test(below[0]) ? 2 : 1);
    if (request.method === "PUT" && isDocument) request.headers["content-type"] = "application/json";
    if (request.method === "POST" && !/^application\/json\b/.test(type)) {
      return refuse(response, 415, "bad_content_type", "Content-Type must be application/json");
    }
  }
  next();
}

/** The names in a path. Throws URIError when it is wrongly encoded, which is a bad request. */
function partsOf(path) {
  const [database = "", ...below] = path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  return { database, below };
}

function isWrite({ method, path }) {
  return !["GET", "HEAD", "OPTIONS"].includes(method) && !READS_BY_POST.test(path) && path !== "/_session";
}

/**
 * Refuses writes while the disk is almost full, as CouchDB's disk monitor does. Reads go on.
 * @param {string} directory of the databases
 * @param {number} freeBytes that must be free
 */
function checkSpace(directory, freeBytes) {
  return (request, response, next) => {
    if (isWrite(request)) {
      const { bavail, bsize } = fs.statfsSync(directory);
      if (bavail * bsize < freeBytes) {
        return refuse(response, 507, "insufficient_storage", "database_dir is too full");
      }
    }
    next();
  };
}

module.exports = { authenticate, checkNames, checkSpace, checkType, handled, refuse, requireAdmin };

/** What the server says about itself, and its sessions. */
"use strict";

const crypto = require("node:crypto");
const express = require("express");
const { handled, refuse } = require("./gate.cjs");

/**
 * @param {{ admins: import("./admins.cjs").Admins, sessions: import("./sessions.cjs").Sessions, uuid: string,
 *           version: string }} parts
 */
function serverPages({ admins, sessions, uuid, version }) {
  const pages = express.Router();
  pages.get("/", (_request, response) => {
    response.json({
      couchdb: "Welcome",
      version,
      uuid,
      features: [],
      vendor: { name: "a stand-in of the local AWS, not Apache CouchDB" },
    });
  });
  pages.get("/_up", (_request, response) => response.json({ status: "ok", seeds: {} }));
  pages.get("/_uuids", (request, response) => {
    const count = Math.min(Math.max(Number(request.query.count) || 1, 1), 1000);
    response.json({ uuids: Array.from({ length: count }, () => crypto.randomUUID().replaceAll("-", "")) });
  });
  pages.get("/_session", ({ admin, authenticated }, response) => {
    response.json({
      ok: true,
      userCtx: { name: admin ?? null, roles: admin === undefined ? [] : ["_admin"] },
      info: { authentication_handlers: ["cookie", "default"], authenticated },
    });
  });
  const logIn = handled(async (request, response) => {
    const { name, username, password } = request.body ?? {};
    const claimed = String(name ?? username ?? "");
    if (!(await admins.accept(claimed, String(password ?? "")))) {
      return refuse(response, 401, "unauthorized", "Name or password is incorrect.");
    }
    response.set("Set-Cookie", sessions.cookieFor(claimed));
    response.json({ ok: true, name: claimed, roles: ["_admin"] });
  });
  pages.post("/_session", express.json(), express.urlencoded({ extended: false }), logIn);
  pages.delete("/_session", (_request, response) => {
    response.set("Set-Cookie", sessions.endingCookie);
    response.json({ ok: true });
  });
  return pages;
}

module.exports = { serverPages };

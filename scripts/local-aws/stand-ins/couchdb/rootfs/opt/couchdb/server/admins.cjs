/** Those who may use the server: the admins of its .ini files. This stand-in knows no other users. */
"use strict";

const crypto = require("node:crypto");
const { hashPassword, isHashed, isPassword } = require("./passwords.cjs");

class Admins {
  #configuration;
  /** What was right once: a check of a hash takes tens of milliseconds. */
  #known = new Set();

  /** @param {import("./ini-chain.cjs").Configuration} configuration */
  constructor(configuration) {
    this.#configuration = configuration;
  }

  /** Replaces passwords in plain text by hashes, in the last .ini file. Throws when there is no admin at all. */
  async hashAll() {
    const section = this.#configuration.section("admins");
    if (section.size === 0) {
      throw new Error("no admin: CouchDB 3 does not run without one; write an [admins] section into a file of local.d");
    }
    const iterations = Number(this.#configuration.get("chttpd_auth", "iterations"));
    for (const [name, value] of section) {
      if (!isHashed(value)) this.#configuration.set("admins", name, await hashPassword(value, iterations));
    }
  }

  has(name) {
    return this.#configuration.section("admins").has(name);
  }

  /**
   * @param {string} name
   * @param {string} password
   * @returns {Promise<boolean>} whether they are an admin's
   */
  async accept(name, password) {
    const hashed = this.#configuration.get("admins", name);
    if (hashed === undefined) return false;
    const known = crypto
      .createHash("sha256")
      .update(JSON.stringify([name, password, hashed]))
      .digest("base64");
    if (this.#known.has(known)) return true;
    const right = await isPassword(password, hashed);
    if (right) this.#known.add(known);
    return right;
  }
}

module.exports = { Admins };

/**
 * Passwords as CouchDB keeps them in its .ini files: `-pbkdf2:sha256-<key>,<salt>,<iterations>`, and the older
 * `-pbkdf2-` (SHA-1). CouchDB's src/couch/src/couch_passwords.erl is the reference (read November 2026).
 */
"use strict";

const crypto = require("node:crypto");
const { promisify } = require("node:util");

const pbkdf2 = promisify(crypto.pbkdf2);
const HASHED = /^-pbkdf2(?::(sha|sha224|sha256|sha384|sha512))?-([0-9a-f]+),([^,]+),(\d+)$/;

/** Tells whether a value of the section `admins` is a hash. Anything else is a password in plain text. */
function isHashed(value) {
  return HASHED.test(value);
}

/**
 * @param {string} password
 * @param {number} iterations
 * @returns {Promise<string>}
 */
async function hashPassword(password, iterations) {
  const salt = crypto.randomBytes(16).toString("hex");
  const key = await pbkdf2(password, salt, iterations, 32, "sha256");
  return `-pbkdf2:sha256-${key.toString("hex")},${salt},${iterations}`;
}

/** Tells whether a password is the one of a hash. It is slow on purpose. */
async function isPassword(password, hashed) {
  const [, algorithm = "sha", hex, salt, iterations] = HASHED.exec(hashed);
  const key = Buffer.from(hex, "hex");
  const digest = algorithm === "sha" ? "sha1" : algorithm;
  return crypto.timingSafeEqual(key, await pbkdf2(password, salt, Number(iterations), key.length, digest));
}

module.exports = { hashPassword, isHashed, isPassword };

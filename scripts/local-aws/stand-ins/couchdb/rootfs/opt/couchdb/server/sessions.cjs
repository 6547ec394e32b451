/** Sessions by a signed cookie, AuthSession, as CouchDB has them. */
"use strict";

const crypto = require("node:crypto");

const COOKIE = "AuthSession";

class Sessions {
  #secret;
  #timeoutSec;

  /**
   * @param {string} secret that signs the cookies
   * @param {number} timeoutSec how long a session lasts after its last request
   */
  constructor(secret, timeoutSec) {
    this.#secret = secret;
    this.#timeoutSec = timeoutSec;
  }

  /** The header that gives somebody a session. */
  cookieFor(name) {
    const claim = `${name}:${Math.floor(Date.now() / 1000)
      .toString(16)
      .toUpperCase()}`;
    const value = Buffer.concat([Buffer.from(`${claim}:`), this.#sign(claim)]).toString("base64url");
    return `${COOKIE}=${value}; Version=1; Path=/; HttpOnly; Max-Age=${this.#timeoutSec}`;
  }

  /** The header that ends a session. */
  get endingCookie() {
    return `${COOKIE}=; Version=1; Path=/; HttpOnly; Max-Age=0`;
  }

  /**
   * @param {string | undefined} header the request's cookies
   * @returns {string | undefined} whose session it is; undefined without a session, and for a wrong or old one
   */
  nameOf(header) {
    const value = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]+)`).exec(header ?? "")?.[1];
    if (value === undefined) return undefined;
    const bytes = Buffer.from(value, "base64url");
    const claim = bytes.subarray(0, -33);
    const [name, time] = splitLast(claim.toString());
    const age = Date.now() / 1000 - Number.parseInt(time, 16);
    const signed = bytes.length > 33 && crypto.timingSafeEqual(bytes.subarray(-32), this.#sign(claim));
    return signed && age < this.#timeoutSec ? name : undefined;
  }

  #sign(claim) {
    return crypto.createHmac("sha256", this.#secret).update(claim).digest();
  }
}

/** A name may contain colons. */
function splitLast(claim) {
  const at = claim.lastIndexOf(":");
  return [claim.slice(0, at), claim.slice(at + 1)];
}

module.exports = { Sessions };

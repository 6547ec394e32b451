/** The database of the messages, in CouchDB. */
const NAME = "messages";

export class Database {
  #url;
  #authorization;

  constructor(url, { user, password }) {
    this.#url = url.replace(/\/$/, "");
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  }

  /** Writes a document once: a message that comes twice is the same document. Makes the database at the first one. */
  async write(id, document) {
    let answer = await this.#put(`/${NAME}/${encodeURIComponent(id)}`, document);
    if (answer.status === 404) {
      const made = await this.#put(`/${NAME}`);
      if (!made.ok && made.status !== 412) throw await failure("making the database", made);
      answer = await this.#put(`/${NAME}/${encodeURIComponent(id)}`, document);
    }
    if (!answer.ok && answer.status !== 409) throw await failure(`writing ${id}`, answer);
  }

  #put(path, body) {
    return fetch(this.#url + path, {
      method: "PUT",
      headers: { authorization: this.#authorization, "content-type": "application/json" },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
  }
}

async function failure(what, answer) {
  return new Error(`${what}: CouchDB answered ${answer.status} ${await answer.text()}`);
}

import { connect, type Socket } from "node:net";
import { LIMIT_MS } from "../until";

/**
 * Evaluates an expression in the nREPL on a port of this computer. Returns the printed values of its forms.
 *
 * @throws when it does not answer, or answers with an error
 */
export async function evaluate(port: number, code: string): Promise<string[]> {
  const client = new NreplClient(port);
  try {
    client.send({ op: "eval", code });
    const answer = await client.answer("4:done");
    const error = texts(answer, "3:err")[0];
    if (error !== undefined) throw new Error(error);
    return texts(answer, "5:value");
  } finally {
    client.hangUp();
  }
}

/**
 * Sends messages to an nREPL on a port of this computer, one by one. The protocol is bencode, where a string is
 * `<bytes>:<text>`. This client reads only strings.
 */
export class NreplClient {
  private readonly socket: Socket;
  /** A character for each byte, since bencode counts bytes. */
  private answers = "";
  private failed: Error | undefined;
  private notice = () => {};

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    const fail = (what: string) =>
      this.socket.destroy(new Error(`nREPL ${what}; so far: ${JSON.stringify(this.answers)}`));
    this.socket.setTimeout(LIMIT_MS, () => fail(`did not answer within ${LIMIT_MS / 1000} s`));
    this.socket.on("end", () => fail("hung up"));
    this.socket.on("error", (error) => {
      this.failed = error;
      this.notice();
    });
    this.socket.on("data", (data) => {
      this.answers += data.toString("latin1");
      this.notice();
    });
  }

  /** Makes a session, and returns its id. */
  async session(): Promise<string> {
    this.send({ op: "clone" });
    return texts(await this.answer("4:done"), "11:new-session")[0] ?? "";
  }

  send(message: Readonly<Record<string, string>>): void {
    const entries = Object.entries(message).sort(([a], [b]) => (a < b ? -1 : 1));
    this.socket.write(`d${entries.flat().map(text).join("")}e`);
  }

  /** Waits for some text, and returns everything that was answered since the last call. */
  async answer(awaited: string): Promise<string> {
    while (!this.answers.includes(awaited)) {
      if (this.failed !== undefined) throw this.failed;
      await new Promise<void>((resolve) => {
        this.notice = resolve;
      });
    }
    const { answers } = this;
    this.answers = "";
    return answers;
  }

  hangUp(): void {
    this.socket.destroy();
  }
}

const text = (word: string) => `${Buffer.byteLength(word)}:${word}`;

function texts(answer: string, key: string): string[] {
  return [...answer.matchAll(new RegExp(`${key}(\\d+):`, "g"))].map((match) => {
    const start = match.index + match[0].length;
    return Buffer.from(answer.slice(start, start + Number(match[1])), "latin1").toString();
  });
}

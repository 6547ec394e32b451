import { connect } from "node:net";
import { LIMIT_MS } from "../until";

/**
 * Evaluates an expression in the nREPL on a port of this computer. Returns the printed values of its forms. The
 * protocol is bencode, where a string is `<bytes>:<text>`. This function reads only strings.
 *
 * @throws when it does not answer, or answers with an error
 */
export function evaluate(port: number, code: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`d4:code${Buffer.byteLength(code)}:${code}2:op4:evale`);
    });
    // A character for each byte, since bencode counts bytes.
    let answer = "";
    const fail = (what: string) => socket.destroy(new Error(`nREPL ${what}; so far: ${JSON.stringify(answer)}`));
    socket.setTimeout(LIMIT_MS, () => fail(`did not answer within ${LIMIT_MS / 1000} s`));
    socket.on("end", () => fail("hung up"));
    socket.on("error", reject);
    socket.on("data", (data) => {
      answer += data.toString("latin1");
      if (!answer.includes("4:done")) return;
      socket.destroy();
      const error = texts(answer, "3:err")[0];
      if (error === undefined) resolve(texts(answer, "5:value"));
      else reject(new Error(error));
    });
  });
}

function texts(answer: string, key: string): string[] {
  return [...answer.matchAll(new RegExp(`${key}(\\d+):`, "g"))].map((match) => {
    const start = match.index + match[0].length;
    return Buffer.from(answer.slice(start, start + Number(match[1])), "latin1").toString();
  });
}

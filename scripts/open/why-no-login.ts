/** Why nobody is logged in: what ssh said, in one word. */
export type WhyNoLogin = "silence" | "refused" | "booting" | "key" | "host key" | "port" | "other";

/**
 * What OpenSSH's client says. The order counts: after a changed host key it says more. Seen with OpenSSH 9.2 and 10.0,
 * whose messages are in English everywhere.
 */
const PHRASES: readonly (readonly [WhyNoLogin, RegExp])[] = [
  ["port", /Address already in use|cannot listen to port|Could not request local forwarding/],
  ["host key", /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/],
  ["booting", /System is booting up/],
  ["key", /Permission denied \(|Too many authentication failures/],
  ["silence", /timed out|No route to host/],
  ["refused", /Connection refused|Connection (closed|reset) by|kex_exchange_identification/],
];

/** Reads what ssh said. */
export function whyNoLogin(said: string): WhyNoLogin {
  return PHRASES.find(([, phrase]) => phrase.test(said))?.[0] ?? "other";
}

/** Whether it passes by itself when the machine has booted. */
export function passes(why: WhyNoLogin): boolean {
  return ["silence", "refused", "booting"].includes(why);
}

/** The last line of ssh that is its reason: no warning, and no greeting of the machine. */
export function lastSaid(said: string): string {
  const lines = said.split(/[\r\n]+/).map((line) => line.trim());
  return lines.findLast((line) => line !== "" && !/^Warning: /.test(line))?.replace(/\.$/, "") ?? "nothing";
}

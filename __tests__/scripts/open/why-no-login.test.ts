import { expect, test } from "vitest";
import { lastSaid, passes, whyNoLogin } from "../../../scripts/open/why-no-login";

const changed = `@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@
Host key verification failed.
`;

test.each([
  ["ssh: connect to host 203.0.113.7 port 22: Connection timed out\r\n", "silence", true],
  ["Connection timed out during banner exchange\n", "silence", true],
  ["ssh: connect to host 203.0.113.7 port 22: Operation timed out\n", "silence", true],
  ["ssh: connect to host 203.0.113.7 port 22: No route to host\n", "silence", true],
  ["ssh: connect to host 203.0.113.7 port 22: Connection refused\n", "refused", true],
  ["kex_exchange_identification: Connection closed by remote host\n", "refused", true],
  [
    '"System is booting up. Unprivileged users are not permitted to log in yet."\nConnection closed by …',
    "booting",
    true,
  ],
  ["admin@203.0.113.7: Permission denied (publickey).\n", "key", false],
  ["Received disconnect from 203.0.113.7 port 22:2: Too many authentication failures\n", "key", false],
  [changed, "host key", false],
  [
    "bind [127.0.0.1]:20001: Address already in use\nchannel_setup_fwd_listener_tcpip: cannot listen to port: 20001\n" +
      "Could not request local forwarding.\n",
    "port",
    false,
  ],
  ["ssh: Could not resolve hostname jump: Name or service not known\n", "other", false],
  ["it ended with exit code 255", "other", false],
] as const)("%j", (said, why, isPassing) => {
  expect(whyNoLogin(said)).toBe(why);
  expect(passes(why)).toBe(isPassing);
});

test("the reason is the last line that is no warning", () => {
  const said = "ssh: Bad things.\r\nWarning: Permanently added 'i-1' (ED25519) to the list of known hosts.\r\n";
  expect(lastSaid(said)).toBe("ssh: Bad things");
  expect(lastSaid("")).toBe("nothing");
});

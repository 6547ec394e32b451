import { expect, test } from "vitest";
import { whyLost } from "../../../scripts/open/what-became";
import { fakePlace, running } from "./fake-place";

const stopping = { ...running, state: "stopping" };

test.each([
  [
    "runs",
    [[running]],
    "i-1: expected the connection to last, got its end while the machine runs; it reboots, or the network was " +
      "interrupted. `npm run local -- open` connects again",
  ],
  [
    "stops, which EC2 sees a moment later",
    [[running], [running], [stopping]],
    "i-1: expected the machine to run, got one that is stopping; `npm run local -- open` starts it",
  ],
  [
    "is stopped",
    [[{ ...running, state: "stopped", why: "somebody stopped it" }]],
    "i-1: expected the machine to run, got one that is stopped: somebody stopped it; `npm run local -- open` starts it",
  ],
  [
    "is terminated",
    [[]],
    "i-1: expected a machine that can be started, got one that somebody terminated; " +
      "`npm run local -- npx cdktf deploy ebs ec2` makes another one. The data volume is kept",
  ],
])("a connection is lost to a machine that %s", async (_, machines, sentence) => {
  expect((await whyLost("i-1", fakePlace({ machines }).place)).message).toBe(sentence);
});

import { expect, test } from "vitest";
import { describeSteps, parseStep } from "../../../scripts/bench/start-steps";

test.each([
  ["✔ Start the local AWS [2s]", { title: "Start the local AWS", seconds: 2 }],
  [
    "✔ Make the machines' base, a Debian 13 (takes about a minute, once) [1m41s]",
    { title: "Make the machines' base, a Debian 13", seconds: 101 },
  ],
  ["✔ ebs: 4 added, 0 changed, 0 destroyed [23s]", { title: "ebs", seconds: 23 }],
  [
    "✔ Make an SSH key pair for local machines [0.0s]",
    { title: "Make an SSH key pair for local machines", seconds: 0 },
  ],
  [
    "Installing the npm packages of package-lock.json (once, about 30 s) … done in 42 s",
    { title: "Installing the npm packages", seconds: 42 },
  ],
])("%s", (line, step) => {
  expect(parseStep(line)).toEqual(step);
});

test.each(["❯ ebs", "› applying 0 of 4 (2 s)", "✖ ebs [FAILED: see below]", "Stop: npm stop"])(
  "no step: %s",
  (line) => {
    expect(parseStep(line)).toBeUndefined();
  },
);

test("steps are listed longest first, without those below a second", () => {
  const steps = [
    { title: "ebs", seconds: 23.4 },
    { title: "keys", seconds: 0.2 },
    { title: "ec2", seconds: 53 },
  ];
  expect(describeSteps(steps)).toBe("ec2 53 s, ebs 23 s");
});

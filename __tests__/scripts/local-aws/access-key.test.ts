import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { readAccessKey } from "../../../scripts/local-aws/access-key";
import { temporaryFolder } from "../../temporary-folder";
import { unprivileged } from "../../unprivileged";

let home: string;
beforeEach(() => {
  home = temporaryFolder("access-key-");
});

describe("the key of a local AWS", () => {
  test("is in its folder, in AWS's own format", () => {
    const text = "[default]\naws_access_key_id = LOCALAWSABC\naws_secret_access_key = a_b-c\n\n";
    writeFileSync(path.join(home, "credentials"), text);
    expect(readAccessKey(home)).toEqual({ accessKeyId: "LOCALAWSABC", secretAccessKey: "a_b-c" });
  });

  test.each([
    ["was never started", undefined],
    ["has half a file", "[default]\naws_access_key_id = LOCALAWSABC\n"],
  ])("is undefined when the local AWS %s", (_, text) => {
    if (text !== undefined) writeFileSync(path.join(home, "credentials"), text);
    expect(readAccessKey(home)).toBeUndefined();
  });

  test.skipIf(process.getuid?.() !== 0)("fails with one sentence when it belongs to another user (needs root)", () => {
    chmodSync(home, 0o700);
    expect(() => unprivileged(() => readAccessKey(home))).toThrow(
      `${path.join(home, "credentials")} cannot be read: that local AWS belongs to another user; ` +
        "run the command as that user, or use one with another home, port and network",
    );
  });
});

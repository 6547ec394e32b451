import { afterEach, describe, expect, test, vi } from "vitest";

const server = "../../../../../scripts/local-aws/stand-ins/couchdb/rootfs/opt/couchdb/server";
const { hashPassword, isHashed, isPassword } = require(`${server}/passwords.cjs`);
const { Sessions } = require(`${server}/sessions.cjs`);

describe("a password", () => {
  test("is kept in CouchDB's form, and another salt each time", async () => {
    const hashed = await hashPassword("s3cret", 10);
    expect(hashed).toMatch(/^-pbkdf2:sha256-[0-9a-f]{64},[0-9a-f]{32},10$/);
    expect(await hashPassword("s3cret", 10)).not.toBe(hashed);
  });

  test("is the hashed one, and no other", async () => {
    const hashed = await hashPassword("s3cret", 10);
    expect(await isPassword("s3cret", hashed)).toBe(true);
    expect(await isPassword("s3cret ", hashed)).toBe(false);
  });

  test("is recognized in the form of older versions: RFC 6070's example", async () => {
    expect(await isPassword("password", "-pbkdf2-4b007901b765489abead49d926f721d065a429c1,salt,4096")).toBe(true);
  });

  test.each([
    ["-pbkdf2-4b007901b765489abead49d926f721d065a429c1,salt,4096", true],
    ["plain", false],
    ["-pbkdf2-is my password", false],
  ])("%s: hashed is %s", (value, hashed) => {
    expect(isHashed(value)).toBe(hashed);
  });
});

describe("a session", () => {
  const sessions = new Sessions("secret", 600);
  const cookie = (from = sessions, name = "ada:lovelace") => from.cookieFor(name).split(";")[0] as string;
  afterEach(() => vi.useRealTimers());

  test("is whose it is, also among other cookies", () => {
    expect(sessions.nameOf(`a=b; ${cookie()}; c=d`)).toBe("ada:lovelace");
  });

  test("has ended after its time", () => {
    const old = cookie();
    vi.useFakeTimers({ now: Date.now() + 601_000 });
    expect(sessions.nameOf(old)).toBeUndefined();
  });

  test.each([
    ["none", undefined],
    ["an empty one", "AuthSession="],
    ["another server's", cookie(new Sessions("another", 600))],
    ["one with another name", cookie().replace(/=..../, "=Ym9i")],
  ])("is nobody's: %s", (_name, header) => {
    expect(sessions.nameOf(header)).toBeUndefined();
  });
});

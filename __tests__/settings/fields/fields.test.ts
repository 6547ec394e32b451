import { describe, expect, it } from "vitest";
import { emailAddress } from "../../../settings/fields/fields";

describe("emailAddress", () => {
  it.each(["data@example.org", "first.last+alarms@mail.example.co.uk", "o'neill_1@example.org"])(
    "accepts %s",
    (given) => {
      expect(emailAddress().parse(given)).toBe(given);
    },
  );

  it.each([
    "data",
    "data@example",
    "@example.org",
    "data @example.org",
    "a@b.org, c@d.org",
    "data@example.org\n",
    1,
    null,
  ])("fails: %j", (given) => {
    const messages = emailAddress()
      .safeParse(given)
      .error?.issues.map(({ message }) => message);
    expect(messages).toEqual(["an e-mail address such as data@example.org"]);
  });
});

import { expect, it } from "vitest";
import { retentionDays } from "../../../settings/fields/log-retention";

it.each([1, 30, 365, 3653])("accepts %i days", (days) => {
  expect(retentionDays().parse(days)).toBe(days);
});

it.each([0, 2, 31, 366, 3654, 30.5, "30", null])("fails: %j", (days) => {
  expect(
    retentionDays()
      .safeParse(days)
      .error?.issues.map(({ message }) => message),
  ).toEqual([
    "a period that CloudWatch Logs offers, in days: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, " +
      "1096, 1827, 2192, 2557, 2922, 3288, 3653",
  ]);
});

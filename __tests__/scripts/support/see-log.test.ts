import { expect, test } from "vitest";
import { seeLog } from "../../../scripts/support/see-log";

test.each([
  ["the disk is full", "the disk is full; see x.log"],
  ["A volume never shrinks.", "A volume never shrinks; see x.log"],
  ["and so on …", "and so on …; see x.log"],
])("ends a sentence with the log: %s", (words, sentence) => {
  expect(seeLog(words, "x.log")).toBe(sentence);
});

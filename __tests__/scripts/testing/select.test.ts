import { expect, test } from "vitest";
import { selectTests } from "../../../scripts/testing/select";
import { listTestFiles, storyNeeds } from "../../../scripts/testing/test-files";

const all = listTestFiles();
const selected = (...words: string[]) => selectTests(words, all).map(({ file }) => file);

test("without words, every test is selected", () => {
  expect(selectTests([], all)).toEqual(all);
});

test("a word selects the files of every runner whose path contains it", () => {
  expect(selected("network")).toContain("__tests__/scripts/local-aws/host/test_network.py");
  expect(selected("network").every((file) => file.includes("network"))).toBe(true);
});

test("a stack's name selects its tests, and the stories with its tag", () => {
  expect(selected("ebs")).toEqual(
    expect.arrayContaining(["__tests__/stacks/ebs/stack.test.ts", "__tests__/lifecycle/ec2/whole-story.test.ts"]),
  );
  expect(selected("ebs")).not.toContain("__tests__/lifecycle/image/image.test.ts");
});

test("several words select the files that match any of them", () => {
  expect(selected("cidr-block", "interruptions").sort()).toEqual([
    "__tests__/lifecycle/ec2/interruptions.test.ts",
    "__tests__/settings/fields/cidr-block.test.ts",
  ]);
});

test("fails for a word that matches no test, and names the tags", () => {
  expect(() => selected("ebs", "nothing-at-all")).toThrow(
    /^expected a part of a test file's path or a tag \(ebs, ec2, .*\), got "nothing-at-all"; ls -R __tests__ shows the files$/,
  );
});

test("every test file is found, with its kind", () => {
  const kinds = Object.fromEntries(all.map(({ file, kind }) => [file, kind]));
  expect(kinds).toMatchObject({
    "__tests__/app.test.ts": "fast",
    "__tests__/scripts/machine/data-volume/mount.test.ts": "slow",
    "__tests__/scripts/testing/place.slow.test.ts": "slow",
    "__tests__/lifecycle/ec2/whole-story.test.ts": "lifecycle",
    "__tests__/scripts/local-aws/services/dlm/test_policies.py": "python",
    "__tests__/lifecycle/ec2/killed-stories.deep.test.ts": "deep",
  });
});

test.each(all.filter(({ kind }) => kind === "lifecycle"))("$file declares its needs", ({ file }) => {
  expect(storyNeeds(file).memoryMiB).toBeGreaterThan(0);
  expect(storyNeeds(file).minutes).toBeGreaterThan(0);
});

import { describe, expect, test } from "vitest";
import type { Revision } from "../../../scripts/release/ecs-service";
import { chooseRelease, pastReleases, tableOf } from "../../../scripts/release/past-releases";

const ownUri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/workbench-local-app";
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const revision = (number: number, image: string): Revision => ({
  arn: `arn:${number}`,
  number,
  image,
  registeredAt: new Date("2026-11-28T10:00:00Z"),
  definition: {},
});
const images = ["a", "b"].map((letter) => ({
  digest: digest(letter),
  tags: [`v-${letter}`, "context-1"],
  pushedAt: new Date(),
}));
const own = (letter: string) => `${ownUri}@${digest(letter)}`;
const elsewhere = `public.ecr.aws/app@${digest("e")}`;
const revisions = [
  revision(6, own("a")),
  revision(5, own("c")),
  revision(4, own("b")),
  revision(3, own("a")),
  revision(2, elsewhere),
  revision(1, `${ownUri}:no-release-yet`),
];
const releases = pastReleases(revisions, images, "arn:6", ownUri);

describe("releases of the past", () => {
  test("are the revisions that had an image, with what is known of it", () => {
    expect(
      releases.map(({ revision: { number }, image, runs, isThere }) => [number, image.tags[0], runs, isThere]),
    ).toEqual([
      [6, "v-a", true, true],
      [5, undefined, false, false],
      [4, "v-b", false, true],
      [3, "v-a", false, true],
      [2, undefined, false, true],
    ]);
  });

  test("are a table for people", () => {
    const table = tableOf(releases);
    expect(table).toMatch(/6 +│ v-a \(sha256:aaaaaaaaaaaa\) +│ 2026-11-28T10:00:00Z +│ runs now/);
    expect(table).toMatch(/5 +│ sha256:cccccccccccc +│ 2026-11-28T10:00:00Z +│ its image is gone/);
  });
});

describe("the release to go back to", () => {
  test("is the newest with another image that is there", () => {
    expect(chooseRelease(releases, undefined).revision.number).toBe(4);
  });

  test("is older than the one that runs", () => {
    const running = pastReleases(revisions, images, "arn:3", ownUri);
    expect(chooseRelease(running, undefined).revision.number).toBe(2);
  });

  test("is the one that is asked for, also with the image that runs", () => {
    expect(chooseRelease(releases, 3).revision.number).toBe(3);
    expect(chooseRelease(releases, 2).image.uri).toBe(elsewhere);
  });

  test("fails: there is none", () => {
    expect(() => chooseRelease(releases.slice(0, 1), undefined)).toThrow(
      "--rollback: expected a revision with another image, got none",
    );
  });

  test("fails: no such revision, and says which there are", () => {
    expect(() => chooseRelease(releases, 9)).toThrow(
      "--rollback: expected a revision of the service, got 9; there are 4 with v-b (sha256:bbbbbbbbbbbb), " +
        "2 with sha256:eeeeeeeeeeee",
    );
  });

  test("fails: its image is gone", () => {
    expect(() => chooseRelease(releases, 5)).toThrow(
      `--rollback: expected a revision whose image is in the repository, got 5, whose image ${digest("c")} is gone; there are 4`,
    );
  });
});

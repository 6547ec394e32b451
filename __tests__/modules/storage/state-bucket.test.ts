import { expect, it } from "vitest";
import { StateBucket } from "../../../modules/storage/state-bucket";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const synthesize = (preventDestroy?: boolean) =>
  synthesizeModule((stack) => new StateBucket(stack, "states", { name: "my-states", preventDestroy })).resource;

it("keeps every version of a state", () => {
  expect(only(synthesize(), "aws_s3_bucket_versioning")).toMatchObject({
    bucket: "${aws_s3_bucket.states.id}",
    versioning_configuration: { status: "Enabled" },
  });
});

it("is protected, unless its property says otherwise", () => {
  expect(only(synthesize(), "aws_s3_bucket").lifecycle.prevent_destroy).toBe(true);
  expect(only(synthesize(false), "aws_s3_bucket").lifecycle.prevent_destroy).toBe(false);
});

import { describe, expect, it } from "vitest";
import { RefuseWhileAttached } from "../../../modules/storage/refuse-while-attached";
import { synthesizeModule } from "../synthesize-module";

const { data } = synthesizeModule(
  (stack) =>
    new RefuseWhileAttached(stack, "free", {
      volumeIds: ["vol-1", "vol-2"],
      identifyingTags: { Name: "one" },
      setting: { value: false, setting: "test.preventDestroy" },
      fix: "destroy the machine",
    }),
);

describe("RefuseWhileAttached", () => {
  it("looks for attached volumes by their tags, and by their ids in the state", () => {
    const inUse = { name: "status", values: ["in-use"] };
    expect(data["aws_ebs_volumes"]).toMatchObject({
      free_attached: { tags: { Name: "one" }, filter: [inUse] },
      free_attached_in_state: { filter: [inUse, { name: "volume-id", values: ["vol-1", "vol-2"] }] },
    });
  });

  it.each(["free", "free_in_state"])("fails even a destroy, by an argument that cannot be computed: %s", (id) => {
    const lookUp = id === "free" ? "free_attached" : "free_attached_in_state";
    expect(data["aws_arn"]?.[id].arn).toBe(
      `\${length(data.aws_ebs_volumes.${lookUp}.ids) == 0 ? "arn:aws:ec2:::volume" : ` +
        'tobool("test.preventDestroy: expected true while a machine has the data volume ' +
        `\${join(" and ", data.aws_ebs_volumes.${lookUp}.ids)}, ` +
        'got false, so nothing was changed; set it back to true, or destroy the machine")}',
    );
  });
});

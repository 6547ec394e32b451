import { expect, it } from "vitest";
import { addBlock } from "../../modules/accumulated-blocks";
import { synthesizeModule } from "./synthesize-module";

it("writes every block of a kind, in the order in which constructs added them", () => {
  const blocks = synthesizeModule((stack) => {
    addBlock(stack, "import", { to: "aws_ebs_volume.one", id: "vol-1" });
    addBlock(stack, "moved", { from: "aws_ebs_volume.old", to: "aws_ebs_volume.one" });
    addBlock(stack, "import", { to: "aws_ebs_volume.two", id: "vol-2" });
  });
  expect(blocks.import).toEqual([
    { to: "aws_ebs_volume.one", id: "vol-1" },
    { to: "aws_ebs_volume.two", id: "vol-2" },
  ]);
  expect(blocks).toHaveProperty("moved", [{ from: "aws_ebs_volume.old", to: "aws_ebs_volume.one" }]);
});

it("gives each stack its own blocks", () => {
  const add = (to: string) => synthesizeModule((stack) => addBlock(stack, "import", { to })).import;
  expect(add("aws_ebs_volume.one")).toEqual([{ to: "aws_ebs_volume.one" }]);
  expect(add("aws_ebs_volume.two")).toEqual([{ to: "aws_ebs_volume.two" }]);
});

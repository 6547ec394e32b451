import { describe, expect, it } from "vitest";
import { definitions, inDeployOrder } from "../../stacks/definitions";

describe("stacks", () => {
  it("come after the stacks in their `after`, otherwise by name", () => {
    const stacks = [{ name: "a", after: ["c"] }, { name: "b" }, { name: "c" }];
    expect(inDeployOrder(stacks).map(({ name }) => name)).toEqual(["c", "a", "b"]);
  });

  it("fail to load when two wait for each other", () => {
    const stacks = [
      { name: "a", after: ["b"] },
      { name: "b", after: ["a"] },
    ];
    expect(() => inDeployOrder(stacks)).toThrow("stacks wait for each other: a, b, a");
  });

  it("fail to load when one comes after a stack that does not exist", () => {
    expect(() => inDeployOrder([{ name: "a", after: ["nowhere"] }])).toThrow(
      'stack a: expected a stack in after, got "nowhere"',
    );
  });

  it("are declared without cdktf: each loads its class on request", async () => {
    for (const { load } of definitions) expect((await load()).prototype).toHaveProperty("toTerraform");
  });
});

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { section } from "../../settings/fields/fields";
import {
  afterTheirData,
  definitions,
  dependentsOf,
  inDeployOrder,
  withNamesOfTheirOwn,
} from "../../stacks/definitions";
import { filesLoadedBy } from "../loaded-files";

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
      'stack a: after: expected names of stacks (a), got "nowhere"',
    );
  });

  it("fail to load when one does not come after the stack with its data", () => {
    const stacks = [{ name: "a" }, { name: "a-data" }];
    expect(() => afterTheirData(stacks)).toThrow("stack a: after: expected a-data, which has its data, got none");
    expect(afterTheirData([{ name: "a", after: ["a-data"] }, { name: "a-data" }, { name: "b-data" }])).toHaveLength(3);
  });

  it("each have a line in stacks/index.ts, and the name of their folder", () => {
    const stacks = join(__dirname, "../../stacks");
    const folders = readdirSync(stacks).filter((name) => existsSync(join(stacks, name, "definition.ts")));
    expect(definitions.map(({ name }) => name).sort()).toEqual(folders.sort());
  });

  it("fail to load when two have one name", () => {
    expect(() => withNamesOfTheirOwn([{ name: "a" }, { name: "b" }, { name: "a" }])).toThrow("stack a: declared twice");
  });

  it.each(["ssh", "aws", "tags"])("fail to load when one's settings would replace the common ones: %s", (name) => {
    expect(() => withNamesOfTheirOwn([{ name, section: section({}) }])).toThrow(
      `stack ${name}: its settings would replace the common ones`,
    );
  });

  it("know the stacks that come after them, directly or not", () => {
    const stacks = [{ name: "a" }, { name: "b", after: ["a"] }, { name: "c" }, { name: "d", after: ["b"] }];
    expect(dependentsOf("a", stacks)).toEqual(["b", "d"]);
    expect(dependentsOf("d", stacks)).toEqual([]);
  });

  it("load their class on request", async () => {
    for (const { load } of definitions) expect((await load()).prototype).toHaveProperty("toTerraform");
  });

  it("are declared without cdktf, and without modules other than plans", () => {
    const loaded = filesLoadedBy("--import", "tsx", "--eval", 'require("./stacks/definitions")');
    for (const { name } of definitions) expect(loaded).toContain(`stacks/${name}/definition.ts`);
    const heavy = /^modules\/(?!\w+\/[\w-]+-plan\.ts$|shell-word\.ts$)|^node_modules\/(cdktf|constructs|@cdktf)\//;
    expect(loaded.filter((file) => heavy.test(file))).toEqual([]);
  });
});

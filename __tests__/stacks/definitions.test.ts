import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { describe, expect, it } from "vitest";
import { section } from "../../settings/fields/fields";
import { UserError } from "../../settings/user-error";
import { defineStack, type StackProps, type StackSettings } from "../../stacks/define-stack";
import {
  afterTheirData,
  definitions,
  dependentsOf,
  inDeployOrder,
  underTheirNames,
  withSectionsOfTheirOwn,
} from "../../stacks/definitions";
import { filesLoadedBy } from "../loaded-files";

const project = join(__dirname, "../..");
const stackNames = definitions.map(({ name }) => name);

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
    expect(() => inDeployOrder(stacks)).toThrow(
      new UserError(
        'stacks/b/definition.ts: after: expected no stack that waits for it, got "a"; ' +
          "remove one, since these wait for each other: a, b, a",
      ),
    );
  });

  it("fail to load when one comes after a stack that does not exist", () => {
    expect(() => inDeployOrder([{ name: "a", after: ["nowhere"] }])).toThrow(
      new UserError(
        'stacks/a/definition.ts: after: expected names of stacks (a), got "nowhere"; ' +
          "correct it, or add that stack to stacks/index.ts",
      ),
    );
  });

  it("fail to load when one does not come after the stack with its data", () => {
    const stacks = [{ name: "a" }, { name: "a-data" }];
    expect(() => afterTheirData(stacks)).toThrow(
      new UserError('stacks/a/definition.ts: after: expected a-data, which has its data, got none; add "a-data"'),
    );
    expect(afterTheirData([{ name: "a", after: ["a-data"] }, { name: "a-data" }, { name: "b-data" }])).toHaveLength(3);
  });

  it("each have a line in stacks/index.ts, and the name of their folder", () => {
    const stacks = join(project, "stacks");
    const folders = readdirSync(stacks).filter((name) => existsSync(join(stacks, name, "definition.ts")));
    expect([...stackNames].sort()).toEqual(folders.sort());
  });

  it.each(stackNames)("each have a row in README's table of stacks, and a test of what they promise: %s", (name) => {
    const rows = readFileSync(join(project, "README.md"), "utf8").split("\n");
    const row = `| [\`${name}\`](stacks/${name}/README.md) |`;
    expect(
      rows.filter((line) => line.startsWith(row)),
      `README.md, "The stacks": add a row: ${row} … |`,
    ).toHaveLength(1);
    const test = `__tests__/stacks/${name}/stack.test.ts`;
    expect(existsSync(join(project, test)), `${test}: expected the tests of stack ${name}, got no file; write it`).toBe(
      true,
    );
  });

  it("fail to load when one has another name than its line in stacks/index.ts", () => {
    const notes = { name: "notes" };
    expect(() => underTheirNames({ note: notes })).toThrow(
      new UserError(
        'stacks/index.ts: expected notes for the stack "notes", got note; ' +
          "let its line, its folder and the name in its definition agree",
      ),
    );
    expect(underTheirNames({ notes, aB2: { name: "a-b2" } })).toHaveLength(2);
  });

  it("fail to compile when one has another name than its settings", () => {
    class NotesStack extends TerraformStack {
      constructor(scope: Construct, { definition }: StackProps<StackSettings<"notes", typeof notesSection>>) {
        super(scope, definition.name);
      }
    }
    const notesSection = section({});
    // @ts-expect-error: its class reads the settings of "notes".
    defineStack({ name: "note", section: notesSection, load: async () => NotesStack });
    const { name } = defineStack({ name: "notes", section: notesSection, load: async () => NotesStack });
    expect(name).toBe("notes");
  });

  it.each(["ssh", "aws", "tags"])("fail to load when one's settings would replace the common ones: %s", (name) => {
    expect(() => withSectionsOfTheirOwn([{ name, section: section({}) }])).toThrow(
      new UserError(
        `stacks/${name}/definition.ts: name: expected one that no common settings have, got "${name}"; choose another`,
      ),
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

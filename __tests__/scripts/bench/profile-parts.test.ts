import { expect, test } from "vitest";
import { type CpuProfile, shareOfParts } from "../../../scripts/bench/profile-parts";

type Frame = readonly [functionName: string, file: string];

const main: Frame = ["", "/project/main.ts"];

/** A profile with one sample of a millisecond for each stack. A stack lists its outermost frame first. */
function profileOf(...stacks: Frame[][]): CpuProfile {
  const nodes: { id: number; callFrame: { functionName: string; url: string }; children: number[] }[] = [];
  const add = ([functionName, url]: Frame): number => {
    nodes.push({ id: nodes.length + 1, callFrame: { functionName, url }, children: [] });
    return nodes.length;
  };
  const root = add(["(root)", ""]);
  const samples = stacks.map((stack) =>
    stack.reduce((parent, frame) => {
      const id = add(frame);
      nodes[parent - 1]?.children.push(id);
      return id;
    }, root),
  );
  return { nodes, samples, timeDeltas: samples.map(() => 1000) };
}

test.each<[string, Frame[]]>([
  ["Node.js itself", [["", "node:internal/main/run_main_module"]]],
  ["starting tsx", [["register", "file:///project/node_modules/tsx/dist/register.mjs"]]],
  ["collecting garbage", [["(garbage collector)", ""]]],
  ["loading our files and the provider's", [main, ["wrapSafe", "node:internal/modules/cjs/loader"]]],
  [
    "loading cdktf",
    [main, ["", "/project/node_modules/cdktf/lib/index.js"], ["", "/project/node_modules/archiver/index.js"]],
  ],
  ["loading zod", [main, ["", "/project/settings/schema.ts"], ["", "/project/node_modules/zod/index.cjs"]]],
  [
    "reading settings",
    [main, ["loadSettings", "/project/settings/load/load.ts"], ["parse", "/project/node_modules/zod/x.cjs"]],
  ],
  [
    "building the stacks",
    [main, ["buildApp", "/project/app.ts"], ["Instance", "/project/node_modules/cdktf/lib/x.js"]],
  ],
  [
    "cdktf's synthesis",
    [main, ["synth", "/project/node_modules/cdktf/lib/app.js"], ["resolve", "/project/stacks/ebs/stack.ts"]],
  ],
  ["TypeScript's compiler", [main, ["parse", "/project/node_modules/typescript-5/lib/typescript.js"]]],
])("%s", (part, stack) => {
  expect([...shareOfParts([profileOf(stack)]).keys()]).toEqual([part]);
});

test("shares refer to the total time of all profiles, largest first", () => {
  const loading: Frame[] = [main];
  const starting: Frame[] = [["", "node:internal/bootstrap/node"]];
  const shares = shareOfParts([profileOf(starting, loading), profileOf(loading, loading)]);
  expect([...shares]).toEqual([
    ["loading our files and the provider's", 0.75],
    ["Node.js itself", 0.25],
  ]);
});

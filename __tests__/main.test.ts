import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { providerModules } from "../scripts/bench/provider-modules";
import { filesLoadedBy } from "./loaded-files";

/** Names of the packages that files belong to. */
function packagesOf(files: readonly string[]): Set<string> {
  const names = files.map((file) => /.*node_modules\/((@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}

/** The loaded files decide how long a synth takes: most of it is reading and compiling them. */
describe("main.ts", () => {
  let loaded: string[];
  beforeAll(() => {
    loaded = filesLoadedBy("--import", "tsx", "main.ts");
  });

  it("loads no package except those that it needs and those that cdktf itself loads", () => {
    const cdktfs = packagesOf(filesLoadedBy("--eval", 'require("cdktf")'));
    const own = [...packagesOf(loaded)].filter((name) => !cdktfs.has(name)).sort();
    expect(own).toEqual(["@cdktf/provider-aws", "esbuild", "ipaddr.js", "tsx", "yaml", "zod"]);
  });

  it("loads the provider modules that the sources import, and no other", () => {
    const modules = loaded.map((file) => /@cdktf\/provider-aws\/(?:lib\/[^/]+|.*)/.exec(file)?.[0]);
    const provider = new Set(modules.filter((module) => module !== undefined));
    expect([...provider].sort()).toEqual(providerModules());
  });

  it("leaves out cdktf's packages for archive assets", () => {
    expect([...packagesOf(filesLoadedBy("--eval", 'require("cdktf")'))]).toContain("archiver-utils");
    expect([...packagesOf(loaded)]).not.toContain("archiver-utils");
  });

  it("loads none of the scripts, tests and templates", () => {
    const own = loaded.filter((file) => !file.includes("node_modules"));
    expect(own).toContain(join("stacks", "ec2", "stack.ts"));
    const folders = new Set(own.filter((file) => file.includes("/")).map((file) => file.split("/")[0]));
    expect([...folders].sort()).toEqual(["__tests__", "guards", "modules", "settings", "stacks"]);
    expect(own.filter((file) => file.startsWith("__tests__"))).toEqual(["__tests__/list-loaded-files.cjs"]);
  });
});

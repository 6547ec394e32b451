/** What is used of the `.cpuprofile` that `node --cpu-prof` writes. Source: Chrome DevTools Protocol, Profiler.Profile. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  /** The node that ran, at each look. */
  readonly samples: readonly number[];
  /** Time since the look before, in microseconds. */
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  /** File URL or path; empty for Node's native code. */
  readonly url: string;
}

/** One part of a run, told by a frame on the stack. The first part that fits is the one that counts. */
const PARTS: readonly (readonly [part: string, fits: (frame: CallFrame) => boolean])[] = [
  ["TypeScript's compiler", ({ url }) => url.includes("/node_modules/typescript")],
  ["cdktf's synthesis", ({ functionName, url }) => functionName === "synth" && url.endsWith("/cdktf/lib/app.js")],
  ["building the stacks", ({ functionName, url }) => functionName === "buildApp" && isOwn(url)],
  ["reading settings", ({ functionName, url }) => functionName === "loadSettings" && isOwn(url)],
  ["loading zod", ({ url }) => url.includes("/node_modules/zod/")],
  ["loading yaml", ({ url }) => url.includes("/node_modules/yaml/")],
  ["loading cdktf", ({ url }) => url.includes("/node_modules/cdktf/")],
  // Node reads and compiles a module in the name of whoever requires it, so the provider's modules are not told from ours.
  [
    "loading our files and the provider's",
    ({ url }) => isOwn(url) || url.includes("/node_modules/@cdktf/provider-aws/"),
  ],
  ["starting ts-node", ({ url }) => url.includes("/node_modules/ts-node/")],
  ["starting tsx", ({ url }) => url.includes("/node_modules/tsx/")],
  ["collecting garbage", ({ functionName }) => functionName === "(garbage collector)"],
];

/** Everything that is in no part. */
const REST = "Node.js itself";

function isOwn(url: string): boolean {
  return /\.(ts|cjs)$/.test(url) && !url.includes("/node_modules/");
}

/**
 * The share of each part in all the time of some profiles, from 0 to 1, largest first.
 *
 * A part has the time that was spent below one of its frames, in whichever package: to load cdktf is to load what it loads.
 */
export function shareOfParts(profiles: readonly CpuProfile[]): Map<string, number> {
  const time = new Map<string, number>();
  let total = 0;
  for (const profile of profiles) {
    const partOf = partOfNode(profile);
    for (const [index, id] of profile.samples.entries()) {
      const part = partOf.get(id) ?? REST;
      const delta = profile.timeDeltas[index] ?? 0;
      time.set(part, (time.get(part) ?? 0) + delta);
      total += delta;
    }
  }
  const shares = [...time].map(([part, spent]) => [part, spent / total] as const);
  return new Map(shares.sort(([, a], [, b]) => b - a));
}

/** Which part each node belongs to, by its own frame and those above it; V8 lists parents before their children. */
function partOfNode({ nodes }: CpuProfile): Map<number, string> {
  const rank = new Map<number, number>();
  for (const { id, callFrame, children = [] } of nodes) {
    const own = PARTS.findIndex(([, fits]) => fits(callFrame));
    const mine = Math.min(own < 0 ? PARTS.length : own, rank.get(id) ?? PARTS.length);
    for (const child of [id, ...children]) rank.set(child, mine);
  }
  return new Map([...rank].map(([id, index]) => [id, PARTS[index]?.[0] ?? REST]));
}

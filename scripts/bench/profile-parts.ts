/**
 * The part of a `.cpuprofile` from `node --cpu-prof` that we read. Source: Chrome DevTools Protocol, Profiler.Profile.
 */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  /** The node that ran, at each sample. */
  readonly samples: readonly number[];
  /** Time since the previous sample, in microseconds. */
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  /** File URL or path. Empty for Node's native code. */
  readonly url: string;
}

/** The parts of a run, each recognized by a frame on the stack. If several match, the first one counts. */
const PARTS: readonly (readonly [part: string, fits: (frame: CallFrame) => boolean])[] = [
  ["TypeScript's compiler", ({ url }) => url.includes("/node_modules/typescript")],
  ["cdktf's synthesis", ({ functionName, url }) => functionName === "synth" && url.endsWith("/cdktf/lib/app.js")],
  ["building the stacks", ({ functionName, url }) => functionName === "buildApp" && isOwn(url)],
  ["reading settings", ({ functionName, url }) => functionName === "loadSettings" && isOwn(url)],
  ["loading zod", ({ url }) => url.includes("/node_modules/zod/")],
  ["loading yaml", ({ url }) => url.includes("/node_modules/yaml/")],
  ["loading cdktf", ({ url }) => url.includes("/node_modules/cdktf/")],
  // Node attributes the loading of a module to the module that requires it. So this cannot separate the provider's
  // modules from ours.
  [
    "loading our files and the provider's",
    ({ url }) => isOwn(url) || url.includes("/node_modules/@cdktf/provider-aws/"),
  ],
  ["starting ts-node", ({ url }) => url.includes("/node_modules/ts-node/")],
  ["starting tsx", ({ url }) => url.includes("/node_modules/tsx/")],
  ["collecting garbage", ({ functionName }) => functionName === "(garbage collector)"],
];

/** Time that belongs to no part. */
const REST = "Node.js itself";

function isOwn(url: string): boolean {
  return /\.(ts|cjs)$/.test(url) && !url.includes("/node_modules/");
}

/**
 * The share of each part in the total time of some profiles, from 0 to 1, largest first.
 *
 * A part includes all time below its frames, in any package: loading cdktf includes everything that cdktf loads.
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

/** Finds the part of each node, from its own frame and the frames above it. V8 lists parents before their children. */
function partOfNode({ nodes }: CpuProfile): Map<number, string> {
  const rank = new Map<number, number>();
  for (const { id, callFrame, children = [] } of nodes) {
    const own = PARTS.findIndex(([, fits]) => fits(callFrame));
    const mine = Math.min(own < 0 ? PARTS.length : own, rank.get(id) ?? PARTS.length);
    for (const child of [id, ...children]) rank.set(child, mine);
  }
  return new Map([...rank].map(([id, index]) => [id, PARTS[index]?.[0] ?? REST]));
}

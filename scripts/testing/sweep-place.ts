/** Sweeps the place that is its argument, unless somebody holds it: what `sweepWhenGone` starts. */
import { sweepPlace } from "./place";

const [number] = process.argv.slice(2);
if (number === undefined) throw new Error("expected the number of a place, got no argument");
await sweepPlace(Number(number));

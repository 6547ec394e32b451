/** Sweeps the place and the folder that are its arguments: what `sweepWhenGone` starts. */
import { sweepPlaceOf } from "./place";

const [number, folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("expected the number of a place and the folder of its holder, got less");
await sweepPlaceOf(Number(number), folder);

/** The program that `sweepWhenGone` starts. Its arguments are the number of a place, and the folder to sweep. */
import { sweepPlaceOf } from "./place";

const [number, folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("expected the number of a place and the folder of its holder, got less");
await sweepPlaceOf(Number(number), folder);

/** Sweeps the folder that is its argument: what {@link sweepWhenGone} starts. */
import { sweep } from "./temporary-directory";

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("expected the folder to sweep, got no argument");
await sweep(directory);

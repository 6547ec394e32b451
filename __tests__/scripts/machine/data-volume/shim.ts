import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchFolder } from "./loop-device";

/** PATH with one program replaced by a shell script. */
export function shim(program: string, script: string): Record<string, string> {
  const folder = scratchFolder();
  writeFileSync(join(folder, program), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  return { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
}

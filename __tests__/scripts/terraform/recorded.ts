import { readFileSync } from "node:fs";
import path from "node:path";

/** Lines that Terraform 1.11.4 with AWS provider 5.100.0 printed, recorded against the local AWS. */
export function recorded(name: string): string[] {
  return readFileSync(path.join(__dirname, "recorded", `${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n");
}

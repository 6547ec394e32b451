import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Variables that say where a test's process works. */
const PLACES = ["TMPDIR", "LOCAL_AWS_HOME", "CDKTF_OUTDIR"];

/** Programs that tests start with a folder of theirs in the command line; somebody's editor is none of them. */
const TEST_PROGRAMS = /^(node|sh|bash|ssh|ssh-agent|python[\d.]*|terraform[\w.-]*|packer[\w.-]*|sleep)$/;

/** A local AWS and its machines end in good order, by its own control. */
const LOCAL_AWS = /\blocal_aws\b|boot-machine|systemd-nspawn/;
const LIMIT_SEC = 30;

/**
 * Ends every process that works in a folder, as its environment or its command line says: vitest, Terraform, cdktf and
 * Packer survive whoever started them, and would go on where everything is taken away.
 *
 * @returns a sentence about those that did not end
 */
export async function endProcesses(folder: string): Promise<string[]> {
  const giveUpAt = Date.now() + LIMIT_SEC * 1000;
  let found = processesOf(folder);
  for (; found.length > 0 && Date.now() < giveUpAt; found = processesOf(folder)) {
    for (const pid of found) kill(pid);
    await sleep(100);
  }
  return found.length === 0 ? [] : [`processes ${found.join(", ")} work there and cannot be ended`];
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}

function processesOf(folder: string): number[] {
  return pids().filter((pid) => pid !== process.pid && worksIn(pid, folder));
}

function worksIn(pid: number, folder: string): boolean {
  const words = read(`/proc/${pid}/cmdline`).split("\0");
  if (words[0] === "" || LOCAL_AWS.test(words.join(" "))) return false;
  const program = words[0]?.split("/").at(-1) ?? "";
  const isBelow = (file: string): boolean => file === folder || file.startsWith(`${folder}/`);
  if (TEST_PROGRAMS.test(program) && words.some((word) => isBelow(word.replace(/^-[\w-]*=/, "")))) return true;
  return read(`/proc/${pid}/environ`)
    .split("\0")
    .some((variable) => {
      const [name = "", value = ""] = variable.split("=", 2);
      return PLACES.includes(name) && isBelow(value);
    });
}

/** Empty where there is no /proc: nothing is known of other processes there. */
function pids(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** A zombie, and a process that has ended, says nothing. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { logFileOf } from "../../../scripts/support/spawn-logged";
import { temporaryFolder } from "../../temporary-folder";

const file = (name: string) => JSON.stringify(path.resolve("scripts", "support", `${name}.ts`));
const LIMIT = { timeout: 100_000 };

/** A command that runs a script with runLogged. It passes its lines on, and ends at once at the line "end". */
function command(name: string, script: string) {
  const source = `
    import { runCommand } from ${file("run-command")};
    import { runLogged } from ${file("run-logged")};
    const onLine = (line) => line === "end" ? process.exit(7) : console.log(line);
    const args = ["-c", ${JSON.stringify(script)}];
    await runCommand(() => runLogged({ name: ${JSON.stringify(name)}, file: "bash", args, timeoutSec: 600, onLine }));`;
  return execa(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", source], { reject: false });
}

/** Waits for the first line of a command. */
async function firstLine(running: ReturnType<typeof command>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    running.stdout.once("data", () => resolve());
    running.then(({ stderr }) => reject(new Error(stderr)));
  });
}

/** Are there processes with these words in their command line? */
const found = async (words: string) => (await execa("pgrep", ["-f", words], { reject: false })).exitCode === 0;

test("Ctrl-C ends the child and what the child had started", async () => {
  const sleep = `sleep 9${process.pid}.1`;
  const running = command("test interrupted", `${sleep} & echo begun; ${sleep}`);
  await firstLine(running);
  running.kill("SIGINT");
  expect(await running).toMatchObject({ exitCode: 130, stderr: "error: interrupted: test interrupted was ended" });
  await expect.poll(() => found(sleep), LIMIT).toBe(false);
});

test("the end of the command ends the child and what the child had started", async () => {
  const sleep = `sleep 9${process.pid}.2`;
  const running = await command("test command ends", `${sleep} & echo end; ${sleep}`);
  expect(running.exitCode).toBe(7);
  await expect.poll(() => found(sleep), LIMIT).toBe(false);
});

test("a child goes on writing to its log after the command was killed", async () => {
  const folder = temporaryFolder("run-logged-");
  const go = path.join(folder, "go");
  const running = command("test killed", `echo begun; until [ -e ${go} ]; do sleep 0.1; done; echo gone on`);
  await firstLine(running);
  running.kill("SIGKILL");
  await running;
  writeFileSync(go, "");
  await expect.poll(() => readFileSync(logFileOf("test killed"), "utf8"), LIMIT).toBe("begun\ngone on\n");
});

import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { REPORTS, type Report, ReportReader } from "../../../scripts/open/report";
import { temporaryFolder } from "../../temporary-folder";

/** In place of the machine's sshd, which the script ends. */
const sshd = 'trap "" TERM; sh -c "$0" reports workbench-jupyter; true';

/** Runs the script with these programs in place of a machine's. */
async function reports(programs: Readonly<Record<string, string>>, input: string): Promise<Report[]> {
  const folder = temporaryFolder("programs-");
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(path.join(folder, name), 0o755);
  }
  const { stdout } = await execa("bash", ["-c", sshd, REPORTS], {
    input,
    env: { PATH: `${folder}:/usr/bin:/bin` },
  });
  const reader = new ReportReader();
  return stdout.split("\n").flatMap((line) => reader.read(line) ?? []);
}

const systemctl = `case "$*" in
  "show --property=LoadState --property=ActiveState workbench-jupyter.service") echo LoadState=loaded; echo ActiveState=failed ;;
  is-system-running) echo degraded; exit 1 ;;
  "is-active workbench-data-volume.service") echo active ;;
esac`;

test("a machine ends the sshd of the connection at the end of its input", async () => {
  const { signal } = await execa("bash", ["-c", 'sh -c "$0" reports unit; sleep 10; echo goes on', REPORTS], {
    input: "",
    reject: false,
  });
  expect(signal).toBe("SIGTERM");
});

test("a machine reports for each line that it gets", async () => {
  const programs = {
    systemctl,
    sudo: `case "$*" in *=workbench-jupyter.service) echo "No space left" ;; esac`,
    "jupyter-url": "echo 'http://127.0.0.1:20001/lab?token=a=b'",
  };
  const report = {
    loadState: "loaded",
    activeState: "failed",
    system: "degraded",
    volume: "active",
    url: "http://127.0.0.1:20001/lab?token=a=b",
    said: "No space left",
    volumeSaid: "",
  };
  expect(await reports(programs, "\n\n")).toEqual([report, report]);
  expect(await reports(programs, "")).toEqual([]);
});

test("a machine without our services reports as well", async () => {
  const programs = {
    systemctl: "echo LoadState=not-found; echo ActiveState=inactive",
    sudo: "exit 1",
    "jupyter-url": "exit 1",
  };
  expect(await reports(programs, "\n")).toEqual([
    expect.objectContaining({ loadState: "not-found", url: "", said: "" }),
  ]);
});

test("what somebody's shell prints is no part of a report", () => {
  const reader = new ReportReader();
  for (const line of ["Welcome!", "PATH=/bin", "Url=http://127.0.0.1:1/"]) expect(reader.read(line)).toBeUndefined();
  expect(reader.read("report ends")).toMatchObject({ url: "http://127.0.0.1:1/", loadState: "" });
  expect(reader.read("report ends")).toMatchObject({ url: "" });
});

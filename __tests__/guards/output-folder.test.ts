import { describe, expect, it } from "vitest";
import { parseCdktfCommand } from "../../guards/cdktf-command";
import { outputProblem } from "../../guards/output-folder";

/** An error as Node's functions for files throw it. */
const refused = (code: string, place: { path?: string; dest?: string } = {}): Error =>
  Object.assign(new Error(`${code}: Node's own words`), { code, syscall: "open", ...place });

describe("outputProblem", () => {
  it.each<[string, string]>([
    ["EACCES", "no permission"],
    ["EPERM", "no permission"],
    ["EROFS", "a read-only file system"],
    ["EDQUOT", "a used-up disk quota"],
    ["ELOOP", "a link that leads back to itself"],
    ["EIO", "a disk error"],
    ["ETXTBSY", "the error ETXTBSY"],
  ])("says why the folder cannot be written: %s", (code, reason) => {
    expect(outputProblem(refused(code, { path: "/out" }), "/out")).toBe(
      `cdktf.out: expected a folder that can be written, got /out (${reason}); set CDKTF_OUTDIR to another`,
    );
  });

  it("names the file below the folder", () => {
    expect(outputProblem(refused("EACCES", { path: "out/stacks/ebs/cdk.tf.json" }), "out")).toContain(
      "got out (no permission: stacks/ebs/cdk.tf.json);",
    );
    expect(outputProblem(refused("EACCES", { path: "/tmp/mount", dest: "/out/mount" }), "/out")).toContain(
      "(no permission: mount);",
    );
  });

  it("needs no path for a full disk", () => {
    expect(outputProblem(refused("ENOSPC"), "cdktf.out")).toContain("got cdktf.out (a full disk);");
  });

  it("names cdktf's own option if cdktf runs the program, since it sets CDKTF_OUTDIR itself", () => {
    const command = parseCdktfCommand(["cdktf", "synth"]);
    expect(outputProblem(refused("EROFS", { path: "/out" }), "/out", command)).toMatch(
      /; give cdktf another with --output$/,
    );
  });

  it.each([
    ["a file elsewhere", refused("EACCES", { path: "/elsewhere" })],
    ["an error of the program", new TypeError("undefined is not a function")],
    ["an error of Node's modules", Object.assign(new Error("no such module"), { code: "MODULE_NOT_FOUND" })],
    ["nothing", undefined],
  ])("leaves %s alone", (_, error) => {
    expect(outputProblem(error, "/out")).toBeUndefined();
  });
});

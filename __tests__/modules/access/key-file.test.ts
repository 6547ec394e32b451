import { TerraformOutput } from "cdktf";
import { expect, it } from "vitest";
import { KeyFile } from "../../../modules/access/key-file";
import { synthesizeModule } from "../synthesize-module";

const { output } = synthesizeModule((stack) => {
  const file = new KeyFile(stack, "file", {
    path: "../../../keys/id.pub",
    written: { value: "keys/id.pub", setting: "ssh.publicKeyFile" },
    holds: "an OpenSSH public key",
    fix: "name yours",
  });
  new TerraformOutput(stack, "contents", { value: file.contents });
  new TerraformOutput(stack, "exists", { value: file.exists });
});

it("leaves the reading to Terraform, and is a placeholder while the file is missing", () => {
  expect(output["contents"]?.value).toBe('${try(trimspace(file(pathexpand(local.file))), "missing")}');
});

it("refuses a missing file as people wrote it, with the setting and the fix", () => {
  expect(output["exists"]?.value).toMatchObject({
    condition: "${fileexists(pathexpand(local.file))}",
    errorMessage: "ssh.publicKeyFile: expected an OpenSSH public key in keys/id.pub, got no such file; name yours.",
  });
});

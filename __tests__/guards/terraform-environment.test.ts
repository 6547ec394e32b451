import { describe, expect, it } from "vitest";
import { refuseMovedTerraform } from "../../guards/terraform-environment";

describe("refuseMovedTerraform", () => {
  it.each([
    ["TF_WORKSPACE", "dev", "no workspace but default"],
    ["TF_DATA_DIR", "/tmp/data", "no other folder for Terraform's data"],
    ["TF_CLI_ARGS", "-no-color -state=/tmp/other.tfstate", "no option that moves the state"],
    ["TF_CLI_ARGS_apply", "--state-out /tmp/other.tfstate", "no option that moves the state"],
    ["TF_CLI_ARGS_destroy", "-backup=-", "no option that moves the state"],
    ["TF_CLI_ARGS_init", "-backend-config=path=/tmp/other.tfstate", "no option that moves the state"],
    ["TF_CLI_ARGS_init", "-backend=false", "no option that moves the state"],
    ["TF_CLI_ARGS_init", "-reconfigure", "no option that moves the state"],
  ])("fails in one sentence for %s=%s", (name, value, expected) => {
    expect(() => refuseMovedTerraform({ [name]: value })).toThrow(
      `${name}: expected ${expected}, got "${value}", with which Terraform would not find the state of the stacks; ` +
        "unset it. WORKBENCH_ENV chooses an environment, and state.bucket a bucket for the states.",
    );
  });

  it("names all of them at once", () => {
    expect(() => refuseMovedTerraform({ TF_WORKSPACE: "dev", TF_DATA_DIR: "/tmp/data" })).toThrow(
      /^TF_WORKSPACE: .*\nTF_DATA_DIR: /,
    );
  });

  it.each([
    {},
    { TF_WORKSPACE: "", TF_DATA_DIR: "" },
    { TF_WORKSPACE: "default" },
    {
      TF_CLI_ARGS_plan: "-lock=false -refresh=false -out=plan",
      TF_CLI_CONFIG_FILE: "/etc/terraformrc",
      TF_LOG: "INFO",
    },
  ])("lets everything else pass: %j", (environment) => {
    expect(() => refuseMovedTerraform(environment)).not.toThrow();
  });
});

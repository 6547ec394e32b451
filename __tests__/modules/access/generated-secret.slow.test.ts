import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GeneratedSecret } from "../../../modules/access/generated-secret";
import { ApiOnly } from "../../scripts/npm/api-only";
import { synthesizeModule } from "../synthesize-module";

const LENGTH = 40;
// JSON escapes some of these, Terraform's JSON some more. Without them, a value looks the same wherever it is.
const EXCLUDED = "\"'`\\/@<>&";

/** The JSON of two secrets, one of them with a name. Its state is in the folder where Terraform runs. */
function secrets({ version = 1, preventDestroy = false } = {}): string {
  const { terraform, ...json } = synthesizeModule((stack) => {
    const props = { version, preventDestroy, recoveryWindowDays: 0, length: LENGTH, excludeCharacters: EXCLUDED };
    new GeneratedSecret(stack, "admin", { name: "admin", holds: "the administrator's password", ...props });
    new GeneratedSecret(stack, "database", { name: "database", holds: "a login", username: "couch", ...props });
  });
  return JSON.stringify({ ...json, terraform: { ...terraform, backend: undefined } });
}

/** The same with what Terraform has always had: a data source, and an argument that the state keeps. */
function ordinary(json: string): string {
  const text = json
    .replaceAll("ephemeral.aws_", "data.aws_")
    .replaceAll(/,"secret_string_wo_version":\d+/g, "")
    .replaceAll('"secret_string_wo"', '"secret_string"');
  const { ephemeral, data, ...others } = JSON.parse(text);
  return JSON.stringify({ ...others, data: { ...data, ...ephemeral } });
}

/** Writes what a review and a run leave behind into `$1-<name>`, and the values into `$1-<secret>`. */
const apply = `
terraform plan -input=false -no-color -out=plan > "$1-plan.txt"
terraform show -json plan > "$1-plan.json"
python3 -m zipfile -e plan "$1-plan" && find "$1-plan" -type f -exec cat {} + > "$1-plan.parts"
TF_LOG=info TF_LOG_PATH=$1-info.log terraform apply -input=false -no-color plan > "$1-apply.txt"
cp terraform.tfstate "$1-state.json"
for secret in admin database; do
  aws secretsmanager get-secret-value --secret-id $secret --query SecretString --output text > "$1-$secret"
done`;
const LEFT_BEHIND = ["plan.txt", "plan.json", "plan.parts", "info.log", "apply.txt", "state.json"];

const life = `
set -euo pipefail
apply() {${apply}
}
destroy() { terraform destroy -input=false -no-color -auto-approve; }
cp first.json cdk.tf.json && terraform init -input=false
apply first
terraform plan -input=false -no-color -detailed-exitcode > empty.txt
cp second.json cdk.tf.json && apply second
TF_LOG=debug TF_LOG_PATH=debug.log terraform plan -input=false -no-color > /dev/null
cp protected.json cdk.tf.json && ! destroy > refused.txt 2>&1
cp second.json cdk.tf.json && destroy
aws secretsmanager list-secrets --include-planned-deletion --query SecretList > left.json
cp ordinary.json cdk.tf.json && apply ordinary
destroy`;

describe("a generated secret, deployed", () => {
  let user: ApiOnly;
  let folder: string;
  const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");
  const valuesOf = (run: string): string[] => {
    const { password } = JSON.parse(read(`${run}-database`));
    return [read(`${run}-admin`).trimEnd(), password];
  };
  const hasOne = (text: string, values: readonly string[]): boolean => values.some((value) => text.includes(value));

  beforeAll(async () => {
    user = await ApiOnly.make();
    folder = path.join(user.folder, "secrets");
    mkdirSync(folder);
    const files = {
      first: secrets(),
      second: secrets({ version: 2 }),
      protected: secrets({ version: 2, preventDestroy: true }),
      ordinary: ordinary(secrets()),
    };
    for (const [name, json] of Object.entries(files)) writeFileSync(path.join(folder, `${name}.json`), json);
    const { exitCode, all } = await user.run("local", ["bash", "-c", `cd ${folder}${life}`]);
    if (exitCode !== 0) throw new Error(String(all).slice(-3000));
  });
  afterAll(() => user?.remove());

  it("has a value of its own, of the right length and characters", () => {
    const values = valuesOf("first");
    expect(new Set(values).size).toBe(2);
    for (const value of values) {
      expect(value).toHaveLength(LENGTH);
      expect([...EXCLUDED].filter((character) => value.includes(character))).toEqual([]);
    }
    expect(JSON.parse(read("first-database"))).toMatchObject({ username: "couch" });
  });

  it("leaves a quiet plan", () => {
    expect(read("empty.txt")).toContain("No changes.");
  });

  it("gets a new value for a new version", () => {
    expect(valuesOf("second").filter((value) => valuesOf("first").includes(value))).toEqual([]);
  });

  it.each(["first", "second"])("leaves no value in what a review and a run leave behind: %s version", (run) => {
    const values = [...valuesOf("first"), ...valuesOf("second")];
    expect(LEFT_BEHIND.filter((name) => hasOne(read(`${run}-${name}`), values))).toEqual([]);
    expect(hasOne(read(`${run}.json`), values)).toBe(false);
  });

  it("fails to keep the value out of a log of every request, which nothing but a look for a fault should switch on", () => {
    expect(hasOne(read("debug.log"), valuesOf("second"))).toBe(true);
  });

  it("would be in plan and state with the ordinary argument", () => {
    const found = LEFT_BEHIND.filter((name) => hasOne(read(`ordinary-${name}`), valuesOf("ordinary")));
    expect(found).toEqual(["plan.txt", "plan.json", "plan.parts", "state.json"]);
  });

  it("fails to be destroyed while it is protected", () => {
    expect(read("refused.txt").replaceAll(/\W+/g, " ")).toContain(
      "aws_secretsmanager_secret admin has lifecycle prevent_destroy set",
    );
  });

  it("leaves nothing when it is destroyed", () => {
    expect(JSON.parse(read("left.json"))).toEqual([]);
  });
});

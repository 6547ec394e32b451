import { expect, it } from "vitest";
import { bundleUserData } from "../../../modules/provisioning/bundle-user-data";
import { firstBootCommands, planMounts } from "../../../modules/storage/mount-plan";
import { hostBundle } from "../../../stacks/host-bundle";

const { sha256, fetchProgram } = hostBundle("data-volume");
const bundle = {
  host: `${"b".repeat(63)}.s3.ap-southeast-2.amazonaws.com`,
  region: "ap-southeast-2",
  key: `${sha256}.tar`,
  sha256,
};

it("leaves room for more in the 16 KB of user data, with two volumes", () => {
  const mount = (name: string) => ({
    volume: { id: "vol-0123456789abcdef0", sizeGiB: 10 },
    name,
    mountPoint: { value: `/srv/${name}`, setting: "mountPoint" },
    fileSystem: "xfs" as const,
    owner: "root",
    mayFormat: true,
    waitSec: 300,
  });
  const commands = firstBootCommands(planMounts([mount("databases"), mount("repositories")]));
  expect(Buffer.byteLength(bundleUserData({ bundle, fetchProgram, commands }))).toBeLessThan(8192);
});

it("hands the program its arguments as single words", () => {
  const text = bundleUserData({ bundle: { ...bundle, key: "it's $HOME" }, fetchProgram, commands: [] });
  expect(text).toContain(`python3 - '${bundle.host}' 'ap-southeast-2' 'it'\\''s $HOME' '${sha256}' <<'PYTHON'\n`);
});

it("names no address but that of EC2's metadata service, and reads no variable of its environment", () => {
  const text = bundleUserData({ bundle, fetchProgram, commands: [] });
  const addresses = new Set(text.match(/https?:\/\/[^\s"]+/g));
  expect([...addresses]).toEqual(["http://169.254.169.254/latest/", "https://{host}{path}"]);
  expect(text).not.toMatch(/environ|getenv|\$[A-Z]/);
});

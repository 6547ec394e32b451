import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { keepServiceOff } from "../../../scripts/setup/keep-service-off";
import { temporaryFolder } from "../../temporary-folder";

test("a masked service is a link to nothing, also when it is masked again", () => {
  const units = path.join(temporaryFolder("units-"), "system");
  keepServiceOff("registry.service", units);
  keepServiceOff("registry.service", units);
  expect(readlinkSync(path.join(units, "registry.service"))).toBe("/dev/null");
});

test("a unit of the computer's owner stays as it is", () => {
  const units = temporaryFolder("units-");
  writeFileSync(path.join(units, "registry.service"), "[Service]\n");
  keepServiceOff("registry.service", units);
  expect(readFileSync(path.join(units, "registry.service"), "utf8")).toBe("[Service]\n");
});

test("a service of a package that is already installed goes on running", () => {
  const [units, ofPackages] = [temporaryFolder("units-"), temporaryFolder("units-")];
  writeFileSync(path.join(ofPackages, "containerd.service"), "[Service]\n");
  keepServiceOff("containerd.service", units, ofPackages);
  expect(readdirSync(units)).toEqual([]);
});

import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";

const UNITS = "/etc/systemd/system";
const UNITS_OF_PACKAGES = "/usr/lib/systemd/system";

/**
 * Masks a unit of systemd, such as `docker.socket`, before its package is installed. Debian starts a service as soon as
 * its package is there, and at every boot, and some listen on the network. Leaves a unit that is there as it is: the
 * computer's owner uses it.
 */
export function keepServiceOff(name: string, units: string = UNITS, ofPackages: string = UNITS_OF_PACKAGES): void {
  const unit = path.join(units, name);
  if ([unit, path.join(ofPackages, name)].some((file) => existsSync(file))) return;
  mkdirSync(units, { recursive: true });
  symlinkSync("/dev/null", unit);
}

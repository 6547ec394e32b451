import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";

const UNITS = "/etc/systemd/system";

/**
 * Masks a systemd service before its package is installed. Debian starts a service as soon as its package is there, and
 * at every boot, and some listen on the network. Leaves a unit of the computer's owner as it is.
 */
export function keepServiceOff(service: string, units: string = UNITS): void {
  const unit = path.join(units, `${service}.service`);
  if (existsSync(unit)) return;
  mkdirSync(units, { recursive: true });
  symlinkSync("/dev/null", unit);
}

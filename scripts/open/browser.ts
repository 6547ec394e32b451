import { CommandError } from "../support/command-error";

/**
 * Whether this computer shows a browser to whoever runs the command. Somebody who is logged in over SSH sees none, and
 * CI has nobody.
 *
 * @param environment with `BROWSER`, by which a user, or an editor in a container, says how to open one
 */
export function hasBrowser(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): boolean {
  if (environment["CI"]) return false;
  if (environment["BROWSER"]) return true;
  if (environment["SSH_CONNECTION"]) return false;
  if (platform === "darwin" || platform === "win32") return true;
  return Boolean(environment["DISPLAY"] || environment["WAYLAND_DISPLAY"]);
}

/** @throws CommandError in a few words when no browser can be started */
export async function openBrowser(url: string): Promise<void> {
  const { default: open } = await import("open");
  try {
    await open(url);
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}

import { expect, test } from "vitest";
import { hasBrowser } from "../../../scripts/open/browser";

test.each<[boolean, NodeJS.Platform, NodeJS.ProcessEnv]>([
  [true, "darwin", {}],
  [true, "win32", {}],
  [true, "linux", { DISPLAY: ":0" }],
  [true, "linux", { WAYLAND_DISPLAY: "wayland-0" }],
  [true, "linux", { BROWSER: "/usr/bin/firefox" }],
  [true, "linux", { BROWSER: "/vscode/browser.sh", SSH_CONNECTION: "203.0.113.1 1 203.0.113.2 22" }],
  [false, "linux", {}],
  [false, "linux", { DISPLAY: "" }],
  [false, "linux", { DISPLAY: "localhost:10.0", SSH_CONNECTION: "203.0.113.1 1 203.0.113.2 22" }],
  [false, "darwin", { SSH_CONNECTION: "203.0.113.1 1 203.0.113.2 22" }],
  [false, "darwin", { CI: "true" }],
])("%s on %s with %j", (isThere, platform, environment) => {
  expect(hasBrowser(environment, platform)).toBe(isThere);
});

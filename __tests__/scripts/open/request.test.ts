import { expect, test } from "vitest";
import { readRequest } from "../../../scripts/open/request";

const usage = "usage: npm run open";

test.each([
  [[], {}, { what: "notebook", browser: true }],
  [["--repl"], {}, { what: "repl", browser: true }],
  [["--no-browser", "--port", "8888"], {}, { what: "notebook", browser: false, port: 8888 }],
  [[], { npm_config_browser: "" }, { what: "notebook", browser: false }],
  [[], { npm_config_browser: "firefox" }, { what: "notebook", browser: true }],
])("%j with %j", (args, environment, request) => {
  expect(readRequest(args, usage, environment)).toEqual(request);
});

test.each([
  [["--port", "80"], '--port: expected a port of this computer from 1024 to 65535, got "80"'],
  [["--port", "65536"], '--port: expected a port of this computer from 1024 to 65535, got "65536"'],
  [["--port", "2e4"], '--port: expected a port of this computer from 1024 to 65535, got "2e4"'],
  [["notebook"], /^unexpected argument 'notebook'.*; usage: npm run open$/i],
])("fails for %j", (args, sentence) => {
  expect(() => readRequest(args, usage, {})).toThrow(sentence);
});

test("fails without `--`, since npm takes the option then", () => {
  expect(() => readRequest([], usage, { npm_config_repl: "true" })).toThrow("expected `--` before --repl");
});

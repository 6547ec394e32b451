import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import aws4 from "aws4";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readAccessKey } from "../../../scripts/local-aws/access-key";
import { venvPython } from "../../../scripts/setup/python-env";
import { findProgram } from "../../../scripts/setup/tools";
import { projectRoot } from "../../../scripts/support/project";
import { claimPlace, type Place } from "../../../scripts/testing/place";

const chromiumFile = findProgram("chromium") ?? findProgram("google-chrome");
const LIMIT_MS = 300_000;
/** A PNG of one pixel. */
const IMAGE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

/** A local AWS without machines. Tests call it as a user's own programs do. */
class LocalAws {
  private constructor(
    private readonly place: Place,
    private readonly server: ChildProcess,
  ) {}

  /** @param guards names of the guards to switch off. By default none */
  static async start(guards: readonly string[] = []): Promise<LocalAws> {
    const place = await claimPlace();
    const program = guards.length > 0 ? [path.join(__dirname, "unguarded.py"), guards.join()] : ["-m", "local_aws"];
    const options = [
      "--home",
      path.join(place.folder, "home"),
      "--port",
      String(place.port),
      "--network",
      place.network,
    ];
    const server = spawn(venvPython, [...program, "serve", ...options], {
      env: { PATH: process.env["PATH"], PYTHONPATH: path.join(projectRoot, "scripts", "local-aws") },
      stdio: "ignore",
    });
    const localAws = new LocalAws(place, server);
    await vi.waitFor(() => localAws.ask("PUT", "/victim"), { timeout: LIMIT_MS, interval: 100 });
    await localAws.ask("PUT", "/victim/secret.txt", Buffer.from("hidden"), { "Content-Type": "text/plain" });
    await localAws.ask("PUT", "/victim/picture.png", IMAGE, { "Content-Type": "image/png" });
    return localAws;
  }

  get url(): string {
    return `http://127.0.0.1:${this.place.port}`;
  }

  get port(): number {
    return this.place.port;
  }

  /** Calls S3 with the key of this local AWS. Throws unless the call succeeds. */
  async ask(method: string, file: string, body?: Buffer, headers: Record<string, string> = {}): Promise<string> {
    const asked = { host: `127.0.0.1:${this.port}`, service: "s3", region: "us-east-1", method, path: file, headers };
    const signed = aws4.sign(
      { ...asked, ...(body ? { body } : {}) },
      readAccessKey(path.join(this.place.folder, "home")),
    );
    const [response] = await once(
      request(this.url + file, { method, headers: signed.headers as Record<string, string> }).end(body),
      "response",
    );
    let text = "";
    for await (const chunk of response) text += chunk;
    if (response.statusCode !== 200) throw new Error(`${method} ${file}: ${response.statusCode} ${text}`);
    return text;
  }

  /** Lists the objects of the attacked bucket. */
  async objects(): Promise<string[]> {
    const listed = await this.ask("GET", "/victim");
    return [...listed.matchAll(/<Key>(.+?)<\/Key>/g)].map(([, key]) => key ?? "");
  }

  async end(): Promise<void> {
    this.server.kill();
    if (this.server.exitCode === null) await once(this.server, "exit");
    await this.place.giveBack();
  }
}

/** An attack of a page on a local AWS. Returns whether it had an effect. */
type Attack = (page: Page, victim: LocalAws) => Promise<boolean>;

const attacks: Readonly<Record<string, Attack>> = {
  "a simple POST": async (page, victim) => {
    await victim.ask("PUT", "/victim/precious", Buffer.from("x"), { "Content-Type": "text/plain" });
    await page.evaluate((url) => {
      const body = "<Delete><Object><Key>precious</Key></Object></Delete>";
      return fetch(`${url}/victim?delete`, { method: "POST", mode: "no-cors", body }).catch(() => undefined);
    }, victim.url);
    return !(await victim.objects()).includes("precious");
  },
  "a POST with a preflight": (page, victim) =>
    page.evaluate(async (url) => {
      const scope = "x/20260101/eu-west-1/ec2/aws4_request";
      const headers = {
        Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
        "Content-Type": "application/x-www-form-urlencoded",
      };
      const body = "Action=CreateVolume&Version=2016-11-15&Size=1&AvailabilityZone=eu-west-1a";
      const answer = await fetch(`${url}/`, { method: "POST", headers, body }).catch(() => undefined);
      return (await answer?.text())?.includes("<volumeId>vol-") ?? false;
    }, victim.url),
  "a form": async (page, victim) => {
    await victim.ask("PUT", "/victim/precious", Buffer.from("x"), { "Content-Type": "text/plain" });
    await page.evaluate((url) => {
      // As text/plain, a form sends its field's name, an equals sign and its value. Here that makes XML.
      document.body.innerHTML = `<iframe name="answer"></iframe><form method="post" enctype="text/plain" target="answer"
        action="${url}/victim?delete"><input name='<Delete a="' value='"><Object><Key>precious</Key></Object></Delete>'></form>`;
    }, victim.url);
    const answered = page.waitForResponse((response) => response.url().startsWith(victim.url), { timeout: LIMIT_MS });
    await page.evaluate(() => document.querySelector("form")?.submit());
    await answered;
    return !(await victim.objects()).includes("precious");
  },
  "an image": (page, victim) =>
    page.evaluate(
      (url) =>
        new Promise<boolean>((resolve) => {
          const image = new Image();
          image.onload = () => resolve(image.naturalWidth > 0);
          image.onerror = () => resolve(false);
          image.src = `${url}/victim/picture.png?Signature=forged`;
        }),
      victim.url,
    ),
  "a name that now leads to this computer": async (page, victim) => {
    await page.goto(`http://victim.test:${victim.port}/`);
    return page.evaluate(async () => (await (await fetch("/secret.txt?Signature=forged")).text()) === "hidden");
  },
};

describe.skipIf(chromiumFile === undefined)("a web page in a browser of this computer (needs chromium)", () => {
  let guarded: LocalAws;
  let unguarded: LocalAws;
  let site: Server;
  let browser: Browser;

  beforeAll(async () => {
    [guarded, unguarded] = await Promise.all([LocalAws.start(), LocalAws.start(["web pages", "signatures", "cors"])]);
    site = createServer((_request, response) => response.end("<!doctype html><title>An attacker's page</title>"));
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    // Chromium cannot use its sandbox as root.
    const args = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP *.test 127.0.0.1"];
    browser = await chromium.launch({ executablePath: chromiumFile ?? "", args });
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    await Promise.all([guarded?.end(), unguarded?.end()]);
  });

  async function attackFromAPage(attack: Attack, victim: LocalAws): Promise<boolean> {
    const page = await browser.newPage();
    try {
      await page.goto(`http://attacker.test:${(site.address() as AddressInfo).port}/`);
      return await attack(page, victim);
    } finally {
      await page.close();
    }
  }

  test.each(Object.keys(attacks))("%s reads and changes nothing, but would without the guards", async (name) => {
    const attack = attacks[name] as Attack;
    expect(await attackFromAPage(attack, guarded)).toBe(false);
    expect(await attackFromAPage(attack, unguarded)).toBe(true);
  });
});

import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { expect } from "vitest";
import { findProgram } from "../../../scripts/setup/tools";
import { LIMIT_MS } from "../until";

const chromiumFile = findProgram("chromium") ?? findProgram("google-chrome");

/** Why no browser can be opened here; undefined when one can. */
export const withoutBrowser = chromiumFile === undefined ? "chromium is not installed" : undefined;

export interface Notebook {
  /** Its file. */
  readonly name: string;
  readonly cells: readonly string[];
  /** The output of those cells that have any. */
  readonly shown: readonly string[];
}

/** Uses JupyterLab in a browser, as a person does. */
export class JupyterLab {
  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
  ) {}

  /** Opens JupyterLab's address, with its token, in a headless Chromium. */
  static async open(url: string): Promise<JupyterLab> {
    // Chromium's sandbox does not work for root.
    const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];
    const browser = await chromium.launch({ executablePath: chromiumFile ?? "", args });
    const page = await browser.newPage({ viewport: { width: 1320, height: 640 }, deviceScaleFactor: 1.5 });
    page.setDefaultTimeout(LIMIT_MS);
    // Jupyter Server answers a listing with 404 if a file of the folder is renamed meanwhile. A person closes the dialog.
    const notFound = page.locator(".jp-Dialog", { hasText: "Directory not found" });
    await page.addLocatorHandler(notFound, (dialog) => dialog.getByRole("button", { name: "Close" }).click());
    // reset: without the tabs of the last session.
    await page.goto(`${url}&reset`);
    return new JupyterLab(browser, page);
  }

  /** Makes a notebook for a kernel, runs the cells, expects them to show `shown`, and saves it under a name. */
  async writeNotebook(kernel: string, { name, cells, shown }: Notebook): Promise<void> {
    await this.page.locator(".jp-FileBrowser [data-command='launcher:create']").click();
    await this.page.locator(".jp-LauncherCard[data-category=Notebook]:visible", { hasText: kernel }).click();
    const notebook = this.notebook();
    await this.kernelIsIdle(kernel);
    for (const [index, code] of cells.entries()) {
      await notebook.locator(".jp-Cell .cm-content").nth(index).click();
      await this.page.keyboard.insertText(code);
      await this.page.keyboard.press("Shift+Enter");
      await notebook.locator(".jp-InputPrompt", { hasText: `[${index + 1}]:` }).waitFor();
    }
    await this.shows(shown);
    await this.page.keyboard.press("Control+s");
    await this.page.locator(".jp-Dialog input.jp-mod-styled").first().fill(name);
    await this.page.locator(".jp-Dialog .jp-mod-accept").click();
    await this.listed(name).waitFor();
  }

  /** Opens a notebook of the folder, and expects its cells to show what they showed when it was saved. */
  async openNotebook({ name, shown }: Omit<Notebook, "cells">): Promise<void> {
    await this.listed(name).dblclick();
    await this.shows(shown);
  }

  /** Opens a notebook of the folder, runs its cells, and expects them to show `shown`. */
  async runNotebook(kernel: string, { name, cells, shown }: Notebook): Promise<void> {
    await this.listed(name).dblclick();
    await this.kernelIsIdle(kernel);
    await this.notebook().locator(".jp-Cell .cm-content").first().click();
    for (const index of cells.keys()) {
      await this.page.keyboard.press("Shift+Enter");
      await this.notebook()
        .locator(".jp-InputPrompt", { hasText: `[${index + 1}]:` })
        .waitFor();
    }
    await this.shows(shown);
  }

  /** Drags the notebook in front to the right half, beside the one behind it. */
  async moveToTheRight(): Promise<void> {
    const tab = this.page.locator(".lm-DockPanel-tabBar .lm-mod-current");
    await tab.hover({ position: { x: 30, y: 10 } });
    const dock = await this.page.locator("#jp-main-dock-panel").boundingBox();
    if (dock === null) throw new Error("JupyterLab shows no notebook");
    await this.page.mouse.down();
    const [x, y] = [dock.x + dock.width - 20, dock.y + dock.height / 2];
    // JupyterLab recognizes a drag only after a few moves.
    await this.page.mouse.move(x - 100, y, { steps: 5 });
    await this.page.mouse.move(x, y, { steps: 5 });
    await this.page.mouse.up();
    await this.page.locator(".jp-NotebookPanel:visible").nth(1).waitFor();
  }

  async screenshot(file: string): Promise<void> {
    await this.page.screenshot({ path: file });
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  private notebook(): Locator {
    return this.page.locator(".jp-NotebookPanel:visible");
  }

  /** JupyterLab drops a cell that is run before its kernel has connected. */
  private async kernelIsIdle(kernel: string): Promise<void> {
    await this.page.locator("#jp-main-statusbar", { hasText: new RegExp(`${kernel}.* \\| Idle`) }).waitFor();
  }

  /** Polls: JupyterLab draws one cell after the other, and a kernel may answer before its output is there. */
  private async shows(shown: readonly string[]): Promise<void> {
    const outputs = this.notebook().locator(".jp-OutputArea-output");
    const trimmed = async () => (await outputs.allInnerTexts()).map((output) => output.trim());
    await expect.poll(trimmed, { timeout: LIMIT_MS }).toEqual(shown);
  }

  private listed(name: string): Locator {
    return this.page.locator(".jp-DirListing-item", { hasText: name });
  }
}

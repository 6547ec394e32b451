import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, it } from "vitest";

const project = resolve(__dirname, "..");
const pages = execFileSync("git", ["ls-files", "-z", "*.md"], { cwd: project, encoding: "utf8" }).split("\0");

/** Anchors of a page's headings, as GitHub makes them. */
function anchors(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function isBroken(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? join(project, page) : join(project, dirname(page), path);
  if (!existsSync(file)) return true;
  return anchor !== undefined && file.endsWith(".md") && !anchors(readFileSync(file, "utf8")).includes(anchor);
}

it.each(pages.filter((page) => page !== ""))("every link of %s has a target", (page) => {
  const links = [...readFileSync(join(project, page), "utf8").matchAll(/\]\((?!https?:)([^)\s]+)\)/g)];
  expect(links.map(([, link = ""]) => link).filter((link) => isBroken(page, link))).toEqual([]);
});

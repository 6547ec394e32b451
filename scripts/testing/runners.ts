import { availableParallelism } from "node:os";
import path from "node:path";
import { venvPython } from "../setup/python-env";
import { projectRoot } from "../support/project";
import { type Kind, type StoryNeeds, storyNeeds, type TestFile } from "./test-files";

/** A program that runs test files and writes a JUnit report. */
export interface Runner {
  readonly name: string;
  readonly file: string;
  /** Returns its arguments, for a given report file. */
  readonly args: (report: string) => readonly string[];
  readonly timeoutSec: number;
  /** The needs that a story declares. Absent for other runners. */
  readonly needs?: StoryNeeds;
  /**
   * Whether it yields the processors to the stories, which take longer and mostly wait.
   *
   * @default false
   */
  readonly yields?: boolean;
}

/** Workers of each pytest runner. Its tests spend half of their time waiting for a server or a machine. */
const PYTHON_WORKERS = availableParallelism();

/** Limits end runners that hang. They are several times as long as a runner takes on a busy computer. */
const LIMIT_SEC: Readonly<Record<Kind, number>> = { fast: 900, slow: 5400, lifecycle: 3600, python: 5400, deep: 7200 };

function vitest(name: string, kind: Kind, files: readonly TestFile[]): Runner {
  return {
    name,
    file: path.join(projectRoot, "node_modules", ".bin", "vitest"),
    args: (report) => [
      ...["run", "--project", kind, "--reporter", "verbose", "--reporter", "junit", `--outputFile.junit=${report}`],
      ...files.map(({ file }) => file),
    ],
    timeoutSec: LIMIT_SEC[kind],
  };
}

function pytest(name: string, files: readonly TestFile[]): Runner {
  return {
    name,
    file: venvPython,
    args: (report) => [
      ...["-m", "pytest", "-c", "scripts/local-aws/pyproject.toml", "-v", "--tb=short", `--junitxml=${report}`],
      // One worker runs all tests of a file, because they share a local AWS.
      ...["-n", String(PYTHON_WORKERS), "--dist", "loadfile"],
      ...files.map(({ file }) => file),
    ],
    timeoutSec: LIMIT_SEC.python,
  };
}

/** Returns the runners of some test files, in the order in which to begin them. */
export function runnersOf(tests: readonly TestFile[]): Runner[] {
  const of = (kind: Kind): TestFile[] => tests.filter((test) => test.kind === kind);
  const some = (files: readonly TestFile[], runner: (files: readonly TestFile[]) => Runner): Runner[] =>
    files.length > 0 ? [runner(files)] : [];
  const [disks, commands] = halves(of("slow"), "/machine/data-volume/");
  const [machines, calls] = halves(of("python"), "/host/");
  return [
    ...some(of("fast"), (files) => vitest("fast tests", "fast", files)),
    ...of("lifecycle")
      .map(story)
      .sort((a, b) => b.needs.minutes - a.needs.minutes),
    ...some(disks, (files) => ({ ...vitest("tests with disks", "slow", files), yields: true })),
    ...some(commands, (files) => vitest("tests of commands", "slow", files)),
    ...some(machines, (files) => ({ ...pytest("local AWS tests with machines", files), yields: true })),
    ...some(calls, (files) => ({ ...pytest("local AWS tests", files), yields: true })),
    ...some(of("deep"), (files) => vitest("deep tests", "deep", files)),
  ];
}

/** Splits files into those below a folder and the others. */
function halves(files: readonly TestFile[], folder: string): [TestFile[], TestFile[]] {
  return [files.filter(({ file }) => file.includes(folder)), files.filter(({ file }) => !file.includes(folder))];
}

function story(test: TestFile): Runner & { readonly needs: StoryNeeds } {
  const name = `story ${path.basename(test.file, ".test.ts")}`;
  return { ...vitest(name, "lifecycle", [test]), needs: storyNeeds(test.file) };
}

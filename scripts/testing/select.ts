import { CommandError } from "../support/command-error";
import { listTestFiles, type TestFile, tagsOf } from "./test-files";

/**
 * Selects the test files that match at least one word. A word matches a part of the file's path, or one of its tags.
 * Without words, selects all files.
 *
 * @throws CommandError for a word that matches no file
 */
export function selectTests(words: readonly string[], files: readonly TestFile[]): TestFile[] {
  if (words.length === 0) return [...files];
  const concerns = ({ file }: TestFile, word: string): boolean => file.includes(word) || tagsOf(file).includes(word);
  for (const word of words) {
    if (files.some((test) => concerns(test, word))) continue;
    if (listTestFiles().some((test) => test.kind === "deep" && concerns(test, word))) {
      throw new CommandError(`"${word}" concerns only deep tests: npm run test:deep -- ${word}`, 2);
    }
    const tags = [...new Set(files.flatMap(({ file }) => tagsOf(file)))].sort();
    throw new CommandError(
      `expected a part of a test file's path or a tag (${tags.join(", ")}), got "${word}"; ` +
        "ls -R __tests__ shows the files",
      2,
    );
  }
  return files.filter((test) => words.some((word) => concerns(test, word)));
}

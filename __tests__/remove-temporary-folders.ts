/** Set-up of every vitest file: no test leaves a temporary folder. */
import { afterAll } from "vitest";
import { removeTemporaryFolders } from "./temporary-folder";

// Registered before the file's own hooks, so it runs after them.
afterAll(removeTemporaryFolders);

import { setTimeout as sleep } from "node:timers/promises";

/** The limit of every single wait of a story: far more than a busy computer takes. What takes longer never comes. */
export const LIMIT_MS = 900_000;
const POLL_MS = 200;

/**
 * Waits for a state, however long a busy computer takes to reach it.
 *
 * @param what the state in a few words, for the error
 * @param ask returns undefined or false until it is reached
 * @param seen what the last attempt found instead, for the error
 * @returns the first other answer
 */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined | false>,
  seen: () => string = () => "nothing of it",
): Promise<Answer> {
  for (const giveUpAt = Date.now() + LIMIT_MS; Date.now() < giveUpAt; await sleep(POLL_MS)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
  }
  throw new Error(`expected ${what} within ${LIMIT_MS / 60_000} minutes, got ${seen()}`);
}

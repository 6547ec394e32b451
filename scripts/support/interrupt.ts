const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type Listener = (signal: NodeJS.Signals) => void;
const listeners = new Set<Listener>();
let interrupted = false;

function receive(signal: NodeJS.Signals): void {
  interrupted = true;
  // Newest first: what was started last is stopped first.
  for (const listener of [...listeners].reverse()) listener(signal);
}

/**
 * From here on Ctrl-C (and SIGTERM, SIGHUP) does not end this process by itself: it calls what {@link onInterrupt}
 * registered, and whoever waits for those ends the command. Call once, at the top of a command.
 */
export function handleInterrupts(): void {
  for (const signal of SIGNALS) {
    process.removeListener(signal, receive);
    process.on(signal, receive);
  }
}

/** Has Ctrl-C been pressed in this process? Steps between two children ask before starting the next one. */
export function isInterrupted(): boolean {
  return interrupted;
}

/**
 * Runs `listener` on every interrupt until the returned function is called. A listener is called again for a second
 * Ctrl-C; it decides itself what that means.
 */
export function onInterrupt(listener: Listener): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type Listener = (signal: NodeJS.Signals) => void;
const listeners = new Set<Listener>();
let interrupted = false;

function receive(signal: NodeJS.Signals): void {
  interrupted = true;
  // Newest first: the child that was started last is ended first.
  for (const listener of [...listeners].reverse()) listener(signal);
}

/**
 * From here on Ctrl-C, SIGTERM and SIGHUP do not end this process. They call the listeners of {@link onInterrupt},
 * which end what runs; the command then ends itself. Call once, at the top of a command.
 */
export function handleInterrupts(): void {
  for (const signal of SIGNALS) {
    process.removeListener(signal, receive);
    process.on(signal, receive);
  }
}

/** Has Ctrl-C been pressed? A command asks before it starts its next child. */
export function isInterrupted(): boolean {
  return interrupted;
}

/** Runs `listener` on every interrupt, so also on a second Ctrl-C, until the returned function is called. */
export function onInterrupt(listener: Listener): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

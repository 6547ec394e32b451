import { createServer } from "node:net";

/** A port that this process holds. No other process can hold it at the same time. */
export interface HeldPort {
  release(): Promise<void>;
}

/**
 * Holds a port on 127.0.0.1 as a lock. The kernel gives the port to one process at a time, and frees it when that
 * process ends, however it ends.
 *
 * @returns undefined when another process holds it
 */
export function holdPort(port: number): Promise<HeldPort | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      // A held port must not keep this process alive.
      server.unref();
      resolve({ release: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

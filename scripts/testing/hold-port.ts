import { createServer } from "node:net";

/** A port that is held; nobody else can hold it meanwhile. */
export interface HeldPort {
  release(): Promise<void>;
}

/**
 * Holds a port of this computer's loopback address, as a lock: the kernel gives it to one process at a time, and takes it
 * back when that process ends, however it ends.
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
      // Holding a port is no reason to go on.
      server.unref();
      resolve({ release: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

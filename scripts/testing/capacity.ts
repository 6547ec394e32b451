import { freemem } from "node:os";

const MIB = 1024 ** 2;
/** Left to the tests that run beside the stories, with machines of theirs, and to everything else on this computer. */
const SPARE_MIB = 4096;

interface Waiting {
  readonly memoryMiB: number;
  readonly begin: () => void;
}

/** How many stories may run at once: as many as there are slots, and as the memory that they declare allows. */
export class Capacity {
  private readonly waiting: Waiting[] = [];
  private running = 0;
  private usedMiB = 0;

  constructor(
    private readonly slots: number,
    private readonly memoryMiB = freemem() / MIB - SPARE_MIB,
  ) {}

  /** Does some work as soon as there is room for it. What needs more memory than there is runs alone. */
  async use<T>(memoryMiB: number, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((begin) => {
      this.waiting.push({ memoryMiB, begin });
      this.admit();
    });
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.usedMiB -= memoryMiB;
      this.admit();
    }
  }

  /** In turn: the first that waits is not overtaken by smaller ones for ever. */
  private admit(): void {
    for (let next = this.waiting[0]; next !== undefined && this.hasRoom(next); next = this.waiting[0]) {
      this.waiting.shift();
      this.running += 1;
      this.usedMiB += next.memoryMiB;
      next.begin();
    }
  }

  private hasRoom({ memoryMiB }: Waiting): boolean {
    if (this.running === 0) return true;
    return this.running < this.slots && this.usedMiB + memoryMiB <= this.memoryMiB;
  }
}

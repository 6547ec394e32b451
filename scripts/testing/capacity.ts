import { freemem } from "node:os";

const MIB = 1024 ** 2;
/** Memory that stories leave to the tests beside them, to the machines of those tests, and to other programs. */
const SPARE_MIB = 4096;

interface Waiting {
  readonly memoryMiB: number;
  readonly begin: () => void;
}

/** Limits how many stories run at once, by the number of slots and by the memory that the stories declare. */
export class Capacity {
  private readonly waiting: Waiting[] = [];
  private running = 0;
  private usedMiB = 0;

  constructor(
    private readonly slots: number,
    private readonly memoryMiB = freemem() / MIB - SPARE_MIB,
  ) {}

  /** Runs work as soon as there is room for it. Work that needs more memory than there is runs alone. */
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

  /** Begins waiting work in turn, so that smaller work never overtakes the first in the queue. */
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

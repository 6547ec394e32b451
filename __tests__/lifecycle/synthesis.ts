import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * Remembers for which settings `cdktf.out` was last written, and in which of its folders Terraform is initialized. So
 * neither is done twice for the same settings.
 */
export class Synthesis {
  private writtenFor: string | undefined;
  private readonly preparedFor = new Map<string, string>();

  constructor(private readonly outdir: string) {}

  /** Whether the last write was for these settings. */
  isOf(settings: Readonly<Record<string, string>>): boolean {
    return this.writtenFor === keyOf(settings);
  }

  remember(settings: Readonly<Record<string, string>>): void {
    this.writtenFor = keyOf(settings);
  }

  /** Call it before anything else writes or initializes there, as the cdktf command does for each of its verbs. */
  forget(): void {
    this.writtenFor = undefined;
    this.preparedFor.clear();
  }

  /** Whether Terraform was initialized there for the present backend and providers. */
  isInitialized(stack: string): boolean {
    const directory = path.join(this.outdir, "stacks", stack, ".terraform");
    return existsSync(directory) && this.preparedFor.get(stack) === this.terraformBlock(stack);
  }

  rememberInit(stack: string): void {
    this.preparedFor.set(stack, this.terraformBlock(stack));
  }

  private terraformBlock(stack: string): string {
    const file = path.join(this.outdir, "stacks", stack, "cdk.tf.json");
    return JSON.stringify(JSON.parse(readFileSync(file, "utf8")).terraform);
  }
}

function keyOf(settings: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(settings).sort());
}

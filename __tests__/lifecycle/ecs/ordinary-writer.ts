import { execa } from "execa";
import { leaderOf } from "../machines";

/** A program on a host that writes without fsync, as most programs do. */
export class OrdinaryWriter {
  private constructor(private readonly ended: Promise<string>) {}

  /** Starts it. It appends a line to the file again and again, and says each when it is written. */
  static async start(instanceId: string, file: string): Promise<OrdinaryWriter> {
    const program = `for ((line = 1; ; line++)); do echo "$line" >>${file} && echo "$line"; sleep 0.01; done`;
    const within = ["--target", await leaderOf(instanceId), "--all", "bash", "-c", program];
    return new OrdinaryWriter(execa("nsenter", within, { reject: false }).then(({ stdout }) => String(stdout)));
  }

  /** Returns the last line that was written, once the program has ended with its host. */
  async end(): Promise<string> {
    return (await this.ended).split("\n").at(-1) ?? "";
  }
}

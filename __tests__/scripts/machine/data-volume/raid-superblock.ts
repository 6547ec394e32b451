import { randomBytes } from "node:crypto";

/**
 * A Linux RAID superblock, version 1.2, as `mdadm --create` writes it at byte 4096. Written by hand, since md needs a
 * kernel driver.
 */
export function raidSuperblock(): Buffer {
  const block = Buffer.alloc(256);
  block.writeUInt32LE(0xa92b4efc, 0);
  block.writeUInt32LE(1, 4);
  randomBytes(16).copy(block, 16);
  block.write("host:data", 32);
  block.writeUInt32LE(1, 72);
  block.writeBigUInt64LE(100_000n, 80);
  block.writeUInt32LE(2, 92);
  block.writeBigUInt64LE(2048n, 128);
  block.writeBigUInt64LE(100_000n, 136);
  block.writeBigUInt64LE(8n, 144);
  let sum = 0n;
  for (let offset = 0; offset < block.length; offset += 4) sum += BigInt(block.readUInt32LE(offset));
  block.writeUInt32LE(Number(((sum & 0xffffffffn) + (sum >> 32n)) & 0xffffffffn), 216);
  return block;
}

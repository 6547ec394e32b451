import { cidrBlock, isWiderThanANetwork } from "../fields/cidr-block";
import { filePath, flag, listOf, port, section, text, wholeNumber } from "../fields/fields";
import { rule } from "../fields/rules";
import { whereToSet } from "../load/problems";

/** Who may log in to machines over SSH, and how Terraform logs in. */
export const sshSection = section({
  allowFrom: listOf(cidrBlock(), "CIDR blocks")
    .max(60, { error: "at most 60 CIDR blocks, as many as a security group has rules" })
    .default([])
    .describe(
      "CIDR blocks that may connect, such as [203.0.113.7/32]. Without one, neither people nor Terraform can log in.",
    ),
  allowAnywhere: flag()
    .default(false)
    .describe(
      "Allow blocks in ssh.allowFrom that are wider than any private network: IPv4 wider than /8, IPv6 wider than /16.",
    ),
  port: port().default(22).describe("SSH port of machines. Changing it replaces them."),
  user: text(/^[a-z_][a-z0-9_-]{0,31}$/, "a Linux user name")
    .default("admin")
    .describe("Login user of the image."),
  connectTimeoutSec: wholeNumber(5, 3600, "seconds")
    .default(180)
    .describe("Seconds that Terraform and `npm run open` try to log in to a machine that boots."),
  publicKeyFile: filePath()
    .default("~/.ssh/id_ed25519.pub")
    .describe("File with the public key that may log in, of type ED25519 or RSA: EC2 accepts no other."),
  privateKeyFile: filePath()
    .nullable()
    .default(null)
    .describe(
      "File with the private key that Terraform logs in with, without passphrase; " +
        "null: Terraform uses the SSH agent, which must hold a key.",
    ),
})
  .check(
    rule(({ allowFrom = [], allowAnywhere }, context) => {
      for (const [index, block] of allowFrom.entries()) {
        if (block !== undefined && isWiderThanANetwork(block) && !allowAnywhere) {
          const message =
            "a CIDR block no wider than /8 (IPv6: /16), " +
            "or ssh.allowAnywhere: true to open the port to the whole internet";
          context.addIssue({ code: "custom", path: ["allowFrom", index], input: block, message });
        }
      }
    }),
  )
  .describe("Access to machines over SSH.");

/** The missing setting of a stack whose machine people and Terraform log in to. Empty if somebody may connect. */
export function missingAllowFrom(settings: {
  readonly ssh: { readonly allowFrom: readonly string[] };
  readonly environment: string;
}): string[] {
  if (settings.ssh.allowFrom.length > 0) return [];
  return [
    "ssh.allowFrom: expected at least one CIDR block that may connect to the machine, " +
      "such as your own address as 203.0.113.7/32, got []; " +
      `${whereToSet(settings.environment)}.`,
  ];
}

import { expect, it } from "vitest";
import { type SshCommandProps, sshCommand } from "../../../modules/access/ssh-command";

const plain: SshCommandProps = { address: "203.0.113.7", instanceId: "i-1", port: 22, user: "admin", forwardPorts: [] };

/** What every command has. */
const keys =
  "-o HostKeyAlias=i-1 -o UserKnownHostsFile=~/.ssh/known_hosts_workbench -o StrictHostKeyChecking=accept-new";

it.each<[Partial<SshCommandProps>, string]>([
  [{}, `ssh ${keys} admin@203.0.113.7`],
  [{ port: 2222 }, `ssh -p 2222 ${keys} admin@203.0.113.7`],
  [{ forwardPorts: [20000, 20001] }, `ssh ${keys} -L 20000:localhost:20000 -L 20001:localhost:20001 admin@203.0.113.7`],
  [{ privateKeyFile: "keys/id_ed25519" }, `ssh -i keys/id_ed25519 ${keys} admin@203.0.113.7`],
  [{ privateKeyFile: "~/.ssh/id_ed25519" }, `ssh -i ~/.ssh/id_ed25519 ${keys} admin@203.0.113.7`],
  [{ privateKeyFile: "~/my keys/id" }, `ssh -i ~/'my keys/id' ${keys} admin@203.0.113.7`],
  [{ privateKeyFile: "/it's/$HOME" }, `ssh -i '/it'\\''s/$HOME' ${keys} admin@203.0.113.7`],
  [
    { privateKeyFile: "id", port: 2222, user: "debian", forwardPorts: [8888] },
    `ssh -i id -p 2222 ${keys} -L 8888:localhost:8888 debian@203.0.113.7`,
  ],
])("with %j", (props, command) => {
  expect(sshCommand({ ...plain, ...props })).toBe(command);
});

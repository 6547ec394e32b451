/** What a machine is made ready for. */
export interface FirstBootProps {
  /** TCP port of sshd. */
  readonly sshPort: number;
  /** Login user. */
  readonly user: string;
}

/**
 * User data for a machine's first boot, before anybody logs in. It moves sshd to its port, however the image starts it,
 * and looks whether it listens there: a wrong port would lock everybody out. It closes the login user's home to other
 * users, since Terraform runs its scripts there.
 */
export function firstBootScript({ sshPort, user }: FirstBootProps): string {
  return `#!/bin/bash
# Workbench: sshd listens on port ${sshPort} alone, and takes keys alone.
set -euo pipefail
drop_in=/etc/ssh/sshd_config.d/10-workbench.conf
# Read after addresses.conf, which Ubuntu's own generator writes.
socket=/etc/systemd/system/ssh.socket.d/zz-workbench.conf
mkdir -p /run/sshd "\${drop_in%/*}"
cat > "$drop_in" <<'SSHD'
Port ${sshPort}
PasswordAuthentication no
PermitRootLogin no
# A client that went away without a word, such as a laptop that sleeps, is gone after a quarter of an hour.
ClientAliveInterval 60
ClientAliveCountMax 15
SSHD
if ! sshd -t; then
  rm "$drop_in"
  echo "first boot: sshd refuses port ${sshPort}; it stays on its own port" >&2
  exit 1
fi
if systemctl is-enabled --quiet ssh.socket 2>/dev/null; then
  # systemd itself listens, and starts sshd for whoever connects. Ubuntu's unit takes one address for IPv4 and one for IPv6.
  mkdir -p "\${socket%/*}"
  printf '%s\\n' '[Socket]' 'ListenStream=' 'ListenStream=${sshPort}' 'BindIPv6Only=both' > "$socket"
  systemctl daemon-reload
  systemctl stop ssh.service 2>/dev/null || true
  systemctl restart ssh.socket
else
  systemctl restart ssh 2>/dev/null || systemctl restart sshd
fi
chmod 0700 "$(getent passwd ${user} | cut -d: -f6)" || echo "first boot: expected a home of the user ${user}, got none" >&2
for _ in {1..20}; do
  ! (: <>/dev/tcp/127.0.0.1/${sshPort}) 2>/dev/null || exit 0
  sleep 0.5
done
echo "first boot: expected sshd to listen on port ${sshPort}, got nothing there; nobody can log in: look at the unit ssh" >&2
exit 1
`;
}

/**
 * User data that moves sshd to `sshPort` at the machine's first boot, before anybody logs in. It checks the new
 * configuration before it restarts sshd, since a wrong one would lock everybody out.
 */
export function firstBootScript(sshPort: number): string {
  return `#!/bin/bash
# Workbench: sshd listens on port ${sshPort} alone, and takes keys alone.
set -euo pipefail
drop_in=/etc/ssh/sshd_config.d/10-workbench.conf
mkdir -p /run/sshd "\${drop_in%/*}"
cat > "$drop_in" <<'SSHD'
Port ${sshPort}
PasswordAuthentication no
PermitRootLogin no
SSHD
if ! sshd -t; then
  rm "$drop_in"
  echo "first boot: sshd refuses port ${sshPort}; it stays on its own port" >&2
  exit 1
fi
systemctl restart ssh 2>/dev/null || systemctl restart sshd
`;
}

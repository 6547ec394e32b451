# shellcheck shell=bash
# Purpose: the systemd side of a volume: its own unit, the units bound to it, and the unit that a process belongs to.
# Where systemd does not run, there are no units and nothing to do.

readonly STOP_UNIT_LIMIT_SEC=30

# systemd_runs: whether systemd manages this machine.
systemd_runs() {
  [[ -d /run/systemd/system ]] && command -v systemctl >/dev/null
}

# volume_unit CONFIG: the unit that mounts the volume of this configuration at boot: data-volume.conf -> workbench-data-volume.service.
volume_unit() {
  local name=${1##*/}
  printf 'workbench-%s.service\n' "${name%.conf}"
}

# unit_of PID: the system service that a process belongs to; fails for processes of a login session or of none.
unit_of() {
  local line
  while IFS= read -r line; do
    [[ $line =~ ^(0:|[0-9]+:name=systemd):(.*)$ ]] || continue
    line=${BASH_REMATCH[2]}
    [[ $line != /user.slice/* && $line =~ /([^/]+\.service)(/|$) ]] || continue
    printf '%s\n' "${BASH_REMATCH[1]}"
    return 0
  done < <(cat "/proc/$1/cgroup" 2>/dev/null || true)
  return 1
}

# may_be_stopped UNIT OWN: whether to stop a whole unit because a process of it is in the way. Never what people and
# systems log in through or what the machine stands on: there, the one process is asked.
may_be_stopped() {
  case $1 in
    "$2" | ssh.service | sshd.service | ssh@*.service | sshd@*.service | user@*.service) return 1 ;;
    systemd-*.service | dbus*.service | *getty*.service | cloud-*.service | *amazon-ssm-agent*.service) return 1 ;;
    *) return 0 ;;
  esac
}

# stop_units UNIT...: stops them and waits, with a limit; says so when one does not stop.
stop_units() {
  timeout "$STOP_UNIT_LIMIT_SEC" systemctl stop -- "$@" >&2 \
    || say "systemctl stop $* did not end well within $STOP_UNIT_LIMIT_SEC seconds: going on with its processes"
}

# stop_bound_units OWN: the units that say BindsTo= or Requires= of the volume's own unit.
stop_bound_units() {
  local -a bound=()
  local words word
  words=$(systemctl show --property BoundBy --property RequiredBy --value -- "$1" 2>/dev/null) || return 0
  for word in $words; do
    [[ $word == *.target ]] || bound+=("$word")
  done
  ((${#bound[@]} == 0)) || stop_units "${bound[@]}"
}

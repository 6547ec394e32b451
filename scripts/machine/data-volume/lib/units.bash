# shellcheck shell=bash
# Purpose: find and stop the systemd units of a volume: its own, those bound to it, and those whose processes use it.
# Without systemd there are no units, and nothing to do.

# systemd itself ends the processes of a unit that does not stop within its limit (90 seconds unless the unit says
# otherwise). For a unit with a longer limit, or none, the script waits this long.
readonly STOP_UNIT_LIMIT_SEC=600

# systemd_runs: whether systemd manages this machine.
systemd_runs() {
  [[ -d /run/systemd/system ]] && command -v systemctl >/dev/null
}

# volume_unit CONFIG: prints the unit that mounts the volume of this configuration at boot:
# data-volume.conf -> workbench-data-volume.service.
volume_unit() {
  local name=${1##*/}
  printf 'workbench-%s.service\n' "${name%.conf}"
}

# late_unit UNIT: prints the unit that goes on waiting for the volume of this unit.
late_unit() {
  printf 'workbench-late-volume@%s\n' "${1#workbench-}"
}

# unit_of PID: prints the system service of a process; fails for a process of a login session, or of no service.
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

# may_be_stopped UNIT OWN: whether to stop a whole unit because one of its processes uses the volume. Never a unit that
# people or systems log in through, or that the machine cannot do without: there, only that process gets a signal.
may_be_stopped() {
  case $1 in
    "$2" | ssh.service | sshd.service | ssh@*.service | sshd@*.service | user@*.service) return 1 ;;
    systemd-*.service | dbus*.service | *getty*.service | cloud-*.service | *amazon-ssm-agent*.service) return 1 ;;
    *) return 0 ;;
  esac
}

# unit_state UNIT: prints "active", "deactivating", "inactive"; nothing when systemd does not answer.
unit_state() {
  systemctl show --property ActiveState --value -- "$1" 2>/dev/null || true
}

# stop_units UNIT...: stops them and waits. Ends the script if one is still stopping after the limit: it may have
# something to write.
stop_units() {
  local -a stopping=()
  local unit status=0
  timeout "$STOP_UNIT_LIMIT_SEC" systemctl stop -- "$@" >&2 || status=$?
  ((status != 0)) || return 0
  # timeout ends with 124 when its limit is over.
  if ((status == 124)); then
    for unit in "$@"; do
      [[ $(unit_state "$unit") == @(inactive|failed) ]] || stopping+=("$unit")
    done
    ((${#stopping[@]} == 0)) \
      || fail "$EXIT_IN_USE" "$VOLUME_ID is not unmounted from $MOUNT_POINT, since after $STOP_UNIT_LIMIT_SEC seconds" \
        "systemd is still stopping $(joined ', ' "${stopping[@]}"), which may have something to write:" \
        "wait until it has stopped, then run again"
  fi
  say "systemctl stop $* failed: going on with the processes themselves"
}

# ordered_before UNIT OWN: whether systemd, when it stops both, stops UNIT only after OWN has stopped.
ordered_before() {
  local word
  for word in $(systemctl show --property Before --value -- "$1" 2>/dev/null || true); do
    [[ $word != "$2" ]] || return 0
  done
  return 1
}

# stop_bound_units OWN: stops the units that name the volume's own unit in BindsTo= or Requires=.
stop_bound_units() {
  local -a bound=()
  local words word
  words=$(systemctl show --property BoundBy --property RequiredBy --value -- "$1" 2>/dev/null) || return 0
  for word in $words; do
    [[ $word == *.target ]] || bound+=("$word")
  done
  ((${#bound[@]} == 0)) || stop_units "${bound[@]}"
}

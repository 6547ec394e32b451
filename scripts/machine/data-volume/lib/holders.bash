# shellcheck shell=bash
# Purpose: find what uses a volume: processes (by open files, folders, programs and mappings), swap files, loop devices.

# Process id -> the path on the volume that it uses. Set by find_holders.
declare -A HOLDERS=()
# This script, its ancestors and PID 1: never ended. Set by find_protected.
declare -A PROTECTED=()

# find_protected: sets PROTECTED.
find_protected() {
  local pid=$$ name value
  PROTECTED=([1]=yes)
  while [[ -z ${PROTECTED[$pid]:-} ]] && ((pid > 1)); do
    PROTECTED[$pid]=yes
    while read -r name value _; do
      [[ $name != PPid: ]] || pid=$value
    done <"/proc/$pid/status"
  done
}

# find_holders NUMBER: sets HOLDERS to every process that uses the device; needs TARGETS (find_targets). Once the device
# is no longer mounted here, this includes processes that keep it mounted in another mount namespace.
find_holders() {
  local -a uses=(/proc/[0-9]*/exe /proc/[0-9]*/task/[0-9]*/{cwd,root} /proc/[0-9]*/{fd,map_files}/*)
  local first pid target
  HOLDERS=()
  # In slices, because the kernel limits the arguments of a command to 2 MiB.
  for ((first = 0; first < ${#uses[@]}; first += 5000)); do
    add_holders_by_device "$(file_device_number "$1")" "${uses[@]:first:5000}"
    add_holders_by_path "${uses[@]:first:5000}"
  done
  ((${#TARGETS[@]} == 0)) || add_holders_of_sockets
  ((${#TARGETS[@]} == 0)) || return 0
  while read -r pid target; do
    HOLDERS[$pid]="$target in a mount namespace of its own"
  done < <(processes_that_mount "$1")
}

# add_holders_by_device NUMBER USE...: adds the processes whose uses (links in /proc) are on the device.
add_holders_by_device() {
  local number use wanted=$1
  shift
  while read -r number use; do
    [[ $number != "$wanted" ]] || add_holder "$use" "$(readlink -- "$use" 2>/dev/null || true)"
  done < <(stat -L -c '%d %n' -- "$@" 2>/dev/null || true)
}

# add_holders_by_path USE...: adds the processes of this mount namespace whose uses are below one of TARGETS. This finds
# the users of a mount on top of the volume. It also finds those of a file system that the kernel has shut down, of
# which only the paths are visible.
add_holders_by_path() {
  local use path target
  while IFS= read -r use; do
    path=${use#* -> } use=${use%% -> *}
    for target in "${TARGETS[@]}"; do
      if [[ $path == "$target" || $path == "$target"/* ]] \
        && [[ ${use%"${use#/proc/*/}"}ns/mnt -ef /proc/self/ns/mnt ]]; then
        add_holder "$use" "$path"
      fi
    done
  done < <(QUOTING_STYLE=literal stat -c '%N' -- "$@" 2>/dev/null || true)
}

# add_holders_of_sockets: adds the processes that have a Unix socket whose name is below one of TARGETS.
add_holders_of_sockets() {
  local inode path target use
  local -A names=()
  while read -r _ _ _ _ _ _ inode path; do
    for target in "${TARGETS[@]}"; do
      [[ $path != "$target"/* ]] || names[$inode]=$path
    done
  done </proc/net/unix
  ((${#names[@]} > 0)) || return 0
  while IFS= read -r use; do
    path=${use#* -> } use=${use%% -> *}
    [[ $path =~ ^socket:\[([0-9]+)\]$ && -n ${names[${BASH_REMATCH[1]}]:-} ]] || continue
    add_holder "$use" "${names[${BASH_REMATCH[1]}]}"
  done < <(QUOTING_STYLE=literal stat -c '%N' -- /proc/[0-9]*/fd/* 2>/dev/null || true)
}

# add_holder USE PATH: keeps the first path of each process.
add_holder() {
  local pid=${1#/proc/}
  pid=${pid%%/*}
  [[ -n ${HOLDERS[$pid]:-} ]] || HOLDERS[$pid]=${2:-a file on the volume}
}

# describe_process PID: "tail (pid 123, user admin, /data/log)".
describe_process() {
  local name='?' user='?'
  { read -r name <"/proc/$1/comm"; } 2>/dev/null || true
  user=$(stat -c %U -- "/proc/$1" 2>/dev/null) || user='?'
  printf '%s (pid %d, user %s, %s)\n' "$name" "$1" "$user" "${HOLDERS[$1]}"
}

# describe_starter PID: ", which bash (pid 7, user admin) starts again and again". Nothing if its parent has ended.
describe_starter() {
  local name value parent=1 user='?'
  while read -r name value _; do
    [[ $name != PPid: ]] || parent=$value
  done < <(cat "/proc/$1/status" 2>/dev/null || true)
  ((parent > 1)) || return 0
  name='?'
  { read -r name <"/proc/$parent/comm"; } 2>/dev/null || true
  user=$(stat -c %U -- "/proc/$parent" 2>/dev/null) || user='?'
  printf ', which %s (pid %d, user %s) starts again and again\n' "$name" "$parent" "$user"
}

# loop_devices NUMBER: prints the loop devices whose backing files are on the device, one a line.
loop_devices() {
  local name number
  while read -r name number; do
    [[ $number != "$1" ]] || printf '%s\n' "$name"
  done < <(losetup --list --noheadings --output NAME,BACK-MAJ:MIN 2>/dev/null || true)
}

# swap_files NUMBER: prints the swap files on the device, one a line.
swap_files() {
  local path kind number
  number=$(file_device_number "$1")
  while read -r path kind _; do
    [[ $kind == file ]] || continue
    printf -v path '%b' "$path"
    [[ $(stat -c %d -- "$path" 2>/dev/null) != "$number" ]] || printf '%s\n' "$path"
  done </proc/swaps
}

# release_kernel_users NUMBER: turns swap files off and detaches idle loop devices. give_up names those that stay.
release_kernel_users() {
  local path
  while IFS= read -r path; do
    swapoff -- "$path" 2>/dev/null || true
  done < <(swap_files "$1")
  while IFS= read -r path; do
    claimed "$path" || losetup --detach "$path" 2>/dev/null || true
  done < <(loop_devices "$1")
}

# describe_kernel_users NUMBER: prints what the kernel itself has on the device or on its files, one a line.
describe_kernel_users() {
  local path
  for path in "/sys/dev/block/$1/holders"/*; do
    printf 'the device %s on top of it\n' "${path##*/}"
  done
  while read -r path _; do
    printf -v path '%b' "$path"
    [[ ! -b $path || $(device_number "$path") != "$1" ]] || printf 'swap space on the device itself\n'
  done </proc/swaps
  while IFS= read -r path; do
    printf 'the swap file %s\n' "$path"
  done < <(swap_files "$1")
  while IFS= read -r path; do
    printf 'the loop device %s backed by a file on the volume\n' "$path"
  done < <(loop_devices "$1")
}

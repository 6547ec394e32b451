# shellcheck shell=bash
# Purpose: read from the kernel's tables (mountinfo) what is mounted where, in this mount namespace and in all others.

# The fields of mountinfo that are used here. It writes space, tab, newline and backslash in paths as \ooo.
MOUNT_IDS=() MOUNT_PARENTS=() MOUNT_NUMBERS=() MOUNT_TARGETS=()
# Set by find_targets.
TARGETS=()

# read_mounts: fills the lists above.
read_mounts() {
  local id parent number target
  MOUNT_IDS=() MOUNT_PARENTS=() MOUNT_NUMBERS=() MOUNT_TARGETS=()
  while read -r id parent number _ target _; do
    printf -v target '%b' "$target"
    MOUNT_IDS+=("$id") MOUNT_PARENTS+=("$parent") MOUNT_NUMBERS+=("$number") MOUNT_TARGETS+=("$target")
  done </proc/self/mountinfo
  ((${#MOUNT_IDS[@]} > 0)) \
    || fail "$EXIT_UNEXPECTED" "/proc/self/mountinfo shows no mount at all: mount /proc, then run again"
}

# mounted_with COLUMN...: prints findmnt's columns for the visible mount at the mount point (the last of several);
# nothing without a mount. It only reads tables, so it also works for a file system that the kernel has shut down.
mounted_with() {
  local columns
  columns=$(joined , "$@")
  { findmnt --raw --noheadings --output "$columns" --mountpoint "$MOUNT_POINT" || true; } | tail -n 1
}

# mounted_right: whether the visible mount at the mount point is the whole volume.
mounted_right() {
  [[ $(mounted_with MAJ:MIN FSROOT) == "$DEVICE_NUMBER /" ]]
}

# find_targets NUMBER: sets TARGETS to the paths where the device is mounted in this mount namespace, and to the paths
# of mounts on top of these. The last mount comes first.
find_targets() {
  local -A ours=()
  local index found=yes
  TARGETS=()
  read_mounts
  while [[ $found == yes ]]; do
    found=no
    for index in "${!MOUNT_IDS[@]}"; do
      [[ -z ${ours[${MOUNT_IDS[index]}]:-} ]] || continue
      if [[ ${MOUNT_NUMBERS[index]} == "$1" || -n ${ours[${MOUNT_PARENTS[index]}]:-} ]]; then
        ours[${MOUNT_IDS[index]}]=yes
        found=yes
      fi
    done
  done
  for ((index = ${#MOUNT_IDS[@]} - 1; index >= 0; index--)); do
    [[ -z ${ours[${MOUNT_IDS[index]}]:-} ]] || TARGETS+=("${MOUNT_TARGETS[index]}")
  done
}

# processes_that_mount NUMBER: prints "pid target" for one process of each other mount namespace that mounts the device.
processes_that_mount() {
  local path namespace number target
  local -A seen=()
  for path in /proc/[0-9]*; do
    [[ ! $path/ns/mnt -ef /proc/self/ns/mnt ]] || continue
    namespace=$(readlink -- "$path/ns/mnt" 2>/dev/null) || continue
    [[ -z ${seen[$namespace]:-} ]] || continue
    seen[$namespace]=yes
    while read -r _ _ number _ target _; do
      if [[ $number == "$1" ]]; then
        printf '%d %b\n' "${path#/proc/}" "$target"
        break
      fi
    done < <(cat -- "$path/mountinfo" 2>/dev/null || true)
  done
}

# refuse_if_mounted_elsewhere: call it only for a volume that is not mounted at the mount point.
refuse_if_mounted_elsewhere() {
  local pid path
  find_targets "$DEVICE_NUMBER"
  ((${#TARGETS[@]} == 0)) \
    || fail "$EXIT_MOUNTED_ELSEWHERE" "$VOLUME_ID ($DEVICE) is mounted at $(joined ', ' "${TARGETS[@]}")," \
      "expected the whole of it at $MOUNT_POINT: unmount it there, then run again"
  read -r pid path < <(processes_that_mount "$DEVICE_NUMBER") || return 0
  fail "$EXIT_MOUNTED_ELSEWHERE" "$VOLUME_ID ($DEVICE) is mounted at $path in the mount namespace of process $pid," \
    "expected at $MOUNT_POINT alone: end that process, then run again"
}

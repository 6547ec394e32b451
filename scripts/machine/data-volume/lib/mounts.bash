# shellcheck shell=bash
# shellcheck disable=SC2034 # FOLLOWERS is for unmount-data-volume
# Purpose: read from the kernel's tables (mountinfo) what is mounted where, in this mount namespace and in all others.

# The fields of mountinfo that are used here. It writes space, tab, newline and backslash in paths as \ooo. MOUNT_PEERS
# has the number of a shared mount's peer group, MOUNT_OVERLAYS the folders of an overlay, as its options name them.
MOUNT_IDS=() MOUNT_PARENTS=() MOUNT_NUMBERS=() MOUNT_TARGETS=() MOUNT_PEERS=() MOUNT_OVERLAYS=()
# Set by find_targets: paths, the ids of their mounts, and the overlays that were among them at any time, by number and
# options: the kernel gives the number of one that is gone to another.
TARGETS=()
declare -A OURS=() OVERLAYS=()
# Set by part_from_others when it did something: other mount namespaces that follow this one, for unmount_elsewhere.py.
FOLLOWERS=()

# read_mounts: fills the lists above.
read_mounts() {
  local id parent number target rest kind
  MOUNT_IDS=() MOUNT_PARENTS=() MOUNT_NUMBERS=() MOUNT_TARGETS=() MOUNT_PEERS=() MOUNT_OVERLAYS=()
  while read -r id parent number _ target _ rest; do
    printf -v target '%b' "$target"
    MOUNT_IDS+=("$id") MOUNT_PARENTS+=("$parent") MOUNT_NUMBERS+=("$number") MOUNT_TARGETS+=("$target")
    [[ $rest =~ (^|\ )shared:([0-9]+) ]] && MOUNT_PEERS+=("${BASH_REMATCH[2]}") || MOUNT_PEERS+=('')
    kind=${rest#*- }
    [[ $kind == overlay\ * ]] || kind=''
    MOUNT_OVERLAYS+=("${kind##* }")
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

# find_targets NUMBER: sets TARGETS to the paths where the device is mounted in this mount namespace, to the paths of
# mounts on top of these, and to those of overlays whose files are there: such an overlay writes to the device wherever
# it is mounted. The last mount comes first. Sets OURS to the ids of these mounts.
find_targets() {
  local index found=yes
  TARGETS=() OURS=()
  read_mounts
  while [[ $found == yes ]]; do
    found=no
    for index in "${!MOUNT_IDS[@]}"; do
      [[ -z ${OURS[${MOUNT_IDS[index]}]:-} ]] || continue
      if [[ ${MOUNT_NUMBERS[index]} == "$1" || -n ${OURS[${MOUNT_PARENTS[index]}]:-} ]] \
        || overlay_of_ours "$1" "${MOUNT_OVERLAYS[index]}"; then
        OURS[${MOUNT_IDS[index]}]=yes
        [[ -z ${MOUNT_OVERLAYS[index]} ]] || OVERLAYS["${MOUNT_NUMBERS[index]} ${MOUNT_OVERLAYS[index]}"]=yes
        TARGETS+=("${MOUNT_TARGETS[index]}")
        found=yes
      fi
    done
  done
  TARGETS=()
  for ((index = ${#MOUNT_IDS[@]} - 1; index >= 0; index--)); do
    [[ -z ${OURS[${MOUNT_IDS[index]}]:-} ]] || TARGETS+=("${MOUNT_TARGETS[index]}")
  done
}

# overlay_of_ours NUMBER OPTIONS: whether one of an overlay's folders is below one of TARGETS, and on the device. In a
# chroot, another folder may have that path.
overlay_of_ours() {
  local option path target
  local -a options=() paths=()
  IFS=, read -r -a options <<<"$2"
  for option in "${options[@]}"; do
    [[ $option == @(lowerdir|lowerdir+|datadir+|upperdir|workdir)=* ]] || continue
    IFS=: read -r -a paths <<<"${option#*=}"
    for path in "${paths[@]}"; do
      printf -v path '%b' "$path"
      for target in "${TARGETS[@]}"; do
        if [[ $path == "$target"/* ]] && on_device "$1" "$path"; then
          return 0
        fi
      done
    done
  done
  return 1
}

# on_device NUMBER PATH: whether the path is on the device, or cannot be looked at, as after a disk error.
on_device() {
  local number
  number=$(stat -c %d -- "$2" 2>/dev/null) || return 0
  [[ $number == "$(file_device_number "$1")" ]]
}

# part_from_others: a mount below the volume may be a peer of one elsewhere, as after "mount --rbind /dev". To unmount
# what is on top of it here would unmount it there, too. Needs OURS. unmount_elsewhere.py does what is left then.
part_from_others() {
  local index other
  for index in "${!MOUNT_IDS[@]}"; do
    [[ -n ${OURS[${MOUNT_IDS[index]}]:-} && -n ${MOUNT_PEERS[index]} ]] || continue
    for other in "${!MOUNT_IDS[@]}"; do
      if [[ ${MOUNT_PEERS[other]} == "${MOUNT_PEERS[index]}" && -z ${OURS[${MOUNT_IDS[other]}]:-} ]]; then
        ((${#FOLLOWERS[@]} > 0)) \
          || mapfile -t FOLLOWERS < <(python3 -B "$HERE/lib/unmount_elsewhere.py" "$DEVICE_NUMBER")
        # With all that is on top of it: another mount at the same path hides it from this command.
        mount --make-rprivate -- "${MOUNT_TARGETS[index]}" 2>/dev/null || true
        break
      fi
    done
  done
}

# other_namespaces: prints one process of each other mount namespace, one a line.
other_namespaces() {
  local inode path
  local -A seen=()
  while read -r inode path; do
    [[ -z ${seen[$inode]:-} ]] || continue
    seen[$inode]=yes
    path=${path#/proc/}
    [[ /proc/$path -ef /proc/self/ns/mnt ]] || printf '%d\n' "${path%%/*}"
  done < <(stat -L -c '%i %n' -- /proc/[0-9]*/ns/mnt 2>/dev/null || true)
}

# processes_that_mount NUMBER: prints "pid target" for one process of each other mount namespace that mounts the device,
# or an overlay of OVERLAYS, as that of a container.
processes_that_mount() {
  local pid number target rest
  while read -r pid; do
    while read -r _ _ number _ target _ rest; do
      if [[ $number == "$1" || (" $rest" == *' - overlay '* && -n ${OVERLAYS["$number ${rest##* }"]:-}) ]]; then
        printf '%d %b\n' "$pid" "$target"
        break
      fi
    done < <(cat -- "/proc/$pid/mountinfo" 2>/dev/null || true)
  done < <(other_namespaces)
}

# describe_other_overlays: prints the overlays that name folders below the mount point and that only another mount
# namespace has, one a line. Whether that path is the volume there is not known, so nothing ends their processes.
describe_other_overlays() {
  local pid target rest
  while read -r pid; do
    while read -r _ _ _ _ target _ rest; do
      printf -v rest '%b' "$rest"
      [[ " $rest" != *' - overlay '*[=:]"$MOUNT_POINT"/* ]] \
        || printf 'the overlay at %b in the mount namespace of process %d\n' "$target" "$pid"
    done < <(cat -- "/proc/$pid/mountinfo" 2>/dev/null || true)
  done < <(other_namespaces)
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

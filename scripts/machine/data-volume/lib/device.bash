# shellcheck shell=bash
# Purpose: find the block device of a volume id, and let only one run at a time work on a volume.

# Only root may enter: a user who can open a lock can hold it, and so block every mount and unmount.
readonly LOCKS_FOLDER=/run/workbench

# Set by find_device: the device file that the kernel made, and its number ("259:1"). The link by which it was found may
# lead to another disk a moment later.
DEVICE='' DEVICE_NUMBER=''

# by_id_path: prints where the volume appears on Nitro machines, and on the local AWS.
by_id_path() {
  printf '/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_%s\n' "${VOLUME_ID/-/}"
}

# find_device: sets DEVICE and DEVICE_NUMBER if the volume is attached and has a size; fails if it is not (yet).
find_device() {
  local candidate
  DEVICE='' DEVICE_NUMBER=''
  candidate=$(by_id_path)
  if [[ ! -e $candidate ]]; then
    candidate=$(xen_device) || return 1
  fi
  [[ -b $candidate ]] || return 1
  (($(device_size "$candidate") > 0)) || return 1
  DEVICE=$(readlink -f -- "$candidate")
  DEVICE_NUMBER=$(device_number "$DEVICE")
  check_serial
}

# xen_device: prints the device file of a Xen machine, which names a disk only by its attachment's device name: /dev/sdf
# is the kernel's xvdf. A link of that name to any other kind of disk is not trusted.
xen_device() {
  local kernel_name=${DEVICE_NAME#/dev/} path
  kernel_name=xvd${kernel_name#@(sd|xvd)}
  for path in "/dev/$kernel_name" "$DEVICE_NAME"; do
    if [[ -b $path && $(readlink -f -- "$path") == "/dev/$kernel_name" ]]; then
      printf '%s\n' "$path"
      return 0
    fi
  done
  return 1
}

# check_serial: fails if a stale link leads to another volume. The serial number of an EBS NVMe disk is its volume id.
check_serial() {
  ! other_volume "$DEVICE_NUMBER" \
    || fail "$EXIT_NO_DEVICE" "$DEVICE is another volume by its serial number, expected $VOLUME_ID:" \
      "check the attachment, then run again"
}

# other_volume NUMBER: whether the disk's serial number is the id of another volume.
other_volume() {
  local serial='' file=/sys/dev/block/$1/device/serial
  [[ -r $file ]] && read -r serial <"$file"
  [[ $serial == vol* && $serial != "${VOLUME_ID/-/}" ]]
}

# wait_for_device: repeats find_device for up to wait-sec seconds.
wait_for_device() {
  local deadline=$((SECONDS + WAIT_SEC))
  until find_device; do
    if ((SECONDS > deadline)); then
      fail "$EXIT_NO_DEVICE" "the volume $VOLUME_ID did not appear within $WAIT_SEC seconds:" \
        "expected a block device with a size at $(by_id_path) or a Xen disk at $DEVICE_NAME, got neither:" \
        "check that it is attached to this machine, then run again"
    fi
    sleep 0.2
  done
}

# device_size DEVICE: prints its size in bytes; 0 while there is no disk behind the device file.
device_size() {
  blockdev --getsize64 "$1" 2>/dev/null || printf '0\n'
}

# device_number DEVICE: prints "major:minor", decimal.
device_number() {
  local major minor
  read -r major minor < <(stat -L -c '%t %T' -- "$1")
  printf '%d:%d\n' "$((16#$major))" "$((16#$minor))"
}

# file_device_number NUMBER: turns "major:minor" into the number that stat prints for the device of a file.
file_device_number() {
  local major=${1%:*} minor=${1#*:}
  printf '%d\n' "$(((minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xff) << 12))"
}

# claimed DEVICE: whether something (a mount, swap, RAID, a running mkfs) holds the device exclusively.
# Setting the block size to its present value changes nothing. The kernel refuses it as busy while the device is held.
claimed() {
  ! blockdev --setbsz "$(blockdev --getbsz "$1")" "$1" 2>/dev/null
}

# refuse_second_loop_device: a file that is a disk twice is mounted twice without the kernel noticing. Only a test
# machine has its volumes in files.
refuse_second_loop_device() {
  local name number inode ours=''
  while read -r name number inode; do
    [[ $name != "$DEVICE" ]] || ours="$number $inode"
  done < <(losetup --list --noheadings --output NAME,BACK-MAJ:MIN,BACK-INO 2>/dev/null || true)
  [[ -n $ours ]] || return 0
  while read -r name number inode; do
    [[ $name != "$DEVICE" && "$number $inode" == "$ours" ]] || continue
    ! claimed "$name" \
      || fail "$EXIT_MOUNTED_ELSEWHERE" "$VOLUME_ID ($DEVICE) is in use through a second device, $name," \
        "expected it at $MOUNT_POINT alone: unmount it there, then run again"
  done < <(losetup --list --noheadings --output NAME,BACK-MAJ:MIN,BACK-INO 2>/dev/null || true)
}

# take_lock LIMIT_SEC: takes the volume's lock, so that only one mount or unmount of it runs at a time. Children inherit
# the lock on purpose: if this script is killed and its mkfs runs on, the next run waits for that mkfs.
take_lock() {
  local limit_sec=$1 file=$LOCKS_FOLDER/$VOLUME_ID.lock
  install --directory --mode=0700 -- "$LOCKS_FOLDER"
  exec {LOCK}>>"$file"
  flock --exclusive --timeout "$limit_sec" "$LOCK" \
    || fail "$EXIT_OTHER_RUN" "another run holds $file and did not end within $limit_sec seconds:" \
      "wait for it or end it, then run again"
}

# release_lock: call it before systemd runs a script that takes the lock.
release_lock() {
  exec {LOCK}>&-
}

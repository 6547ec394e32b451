# shellcheck shell=bash
# Purpose: from a volume id to its block device, and one run at a time for each volume.

# For root alone: whoever can open a lock can hold it, and keep every mount and unmount waiting.
readonly LOCKS_FOLDER=/run/workbench

# Set by find_device: the device file, and the number that the kernel knows it by ("259:1").
DEVICE='' DEVICE_NUMBER=''

# by_id_path: where the volume appears on Nitro machines, and on the local AWS.
by_id_path() {
  printf '/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_%s\n' "${VOLUME_ID/-/}"
}

# find_device: sets DEVICE and DEVICE_NUMBER when the volume is there with a size; fails when it is not (yet).
find_device() {
  local candidate
  DEVICE='' DEVICE_NUMBER=''
  candidate=$(by_id_path)
  if [[ ! -e $candidate ]]; then
    candidate=$(xen_device) || return 1
  fi
  [[ -b $candidate ]] || return 1
  (($(device_size "$candidate") > 0)) || return 1
  DEVICE=$candidate
  DEVICE_NUMBER=$(device_number "$candidate")
  check_serial
}

# xen_device: Xen machines know a disk by the name it was attached under alone: /dev/sdf is the kernel's xvdf.
# A link of that name that leads to any other kind of disk is not trusted.
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

# check_serial: an NVMe disk of EBS carries its volume id as serial number. A link that is out of date must not lead us to another disk.
check_serial() {
  ! other_volume "$DEVICE_NUMBER" \
    || fail "$EXIT_NO_DEVICE" "$DEVICE leads to another volume than $VOLUME_ID (its serial number says so): check the attachment, then run again"
}

# other_volume NUMBER: whether the disk says of itself that it is another volume.
other_volume() {
  local serial='' file=/sys/dev/block/$1/device/serial
  [[ -r $file ]] && read -r serial <"$file"
  [[ $serial == vol* && $serial != "${VOLUME_ID/-/}" ]]
}

# wait_for_device: find_device, again and again for wait-sec seconds.
wait_for_device() {
  local deadline=$((SECONDS + WAIT_SEC))
  until find_device; do
    if ((SECONDS > deadline)); then
      fail "$EXIT_NO_DEVICE" "the volume $VOLUME_ID did not appear within $WAIT_SEC seconds: expected a block device with a size at $(by_id_path) or a Xen disk at $DEVICE_NAME, got neither: check that it is attached to this machine, then run again"
    fi
    sleep 0.2
  done
}

# device_size DEVICE: in bytes; 0 when nothing is behind the device file yet.
device_size() {
  blockdev --getsize64 "$1" 2>/dev/null || printf '0\n'
}

# device_number DEVICE: "major:minor", decimal.
device_number() {
  local major minor
  read -r major minor < <(stat -L -c '%t %T' -- "$1")
  printf '%d:%d\n' "$((16#$major))" "$((16#$minor))"
}

# device_sequence: a number that the kernel gives to every disk that appears, and never gives twice between two boots (Linux 5.15 and later); "none" without it.
device_sequence() {
  local sequence=none file=/sys/dev/block/$DEVICE_NUMBER/diskseq
  [[ -r $file ]] && read -r sequence <"$file"
  printf '%s\n' "$sequence"
}

# claimed DEVICE: whether somebody (a mount, swap, RAID, a running mkfs) holds the device for himself alone.
# Setting the block size to what it is changes nothing, and the kernel refuses it as busy while anybody else holds the device.
claimed() {
  ! blockdev --setbsz "$(blockdev --getbsz "$1")" "$1" 2>/dev/null
}

# take_lock LIMIT_SEC: one run at a time for each volume, mount or unmount. Children inherit the lock on purpose: when this
# script is killed while mkfs runs on, the next run waits for that mkfs.
take_lock() {
  local limit_sec=$1 file=$LOCKS_FOLDER/$VOLUME_ID.lock
  install --directory --mode=0700 -- "$LOCKS_FOLDER"
  exec {LOCK}>>"$file"
  flock --exclusive --timeout "$limit_sec" "$LOCK" \
    || fail "$EXIT_OTHER_RUN" "another run holds $file and did not end within $limit_sec seconds: wait for it or end it, then run again"
}

# release_lock: before systemd is asked to run the other script.
release_lock() {
  exec {LOCK}>&-
}

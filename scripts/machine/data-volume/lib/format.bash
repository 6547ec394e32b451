# shellcheck shell=bash
# Purpose: a file system on a blank device; and a way back, without risk, from a mkfs that was killed half-way.
#
# Before mkfs a note goes to this machine's root disk: volume, UUID of the file system to be, boot, the kernel's sequence
# number of the disk. It goes away when mkfs has succeeded, before the first mount. So while the note is there, nothing was
# ever mounted from that file system by us; and when boot and sequence number are still the same, the disk has not left this
# machine since it was proven blank: unless somebody has mounted it by hand, which the superblock would say, whatever is on it
# came from that mkfs, and it may be made again. In every other case a half-made file system is refused like any unknown content.

readonly NOTES_FOLDER=/var/lib/workbench/formatting

# note_file: one a volume.
note_file() {
  printf '%s/%s\n' "$NOTES_FOLDER" "$VOLUME_ID"
}

# note_lines UUID: what the note says of the disk as it is now.
note_lines() {
  printf 'uuid=%s\nboot=%s\nsequence=%s\nsize=%s\n' \
    "$1" "$(</proc/sys/kernel/random/boot_id)" "$(device_sequence)" "$(device_size "$DEVICE")"
}

# noted_uuid: the UUID out of the note; nothing when there is no note.
noted_uuid() {
  local line file
  file=$(note_file)
  [[ -f $file ]] || return 0
  while IFS= read -r line; do
    [[ $line == uuid=* ]] && printf '%s\n' "${line#uuid=}"
  done <"$file"
  return 0
}

# write_note UUID: is on the disk when this returns.
write_note() {
  mkdir -p -- "$NOTES_FOLDER"
  note_lines "$1" | write_atomically "$(note_file)" 0600
  sync -- "$(note_file)" "$NOTES_FOLDER"
}

# remove_note: is gone from the disk when this returns.
remove_note() {
  local file
  file=$(note_file)
  [[ -e $file ]] || return 0
  rm -- "$file"
  sync -- "$NOTES_FOLDER"
}

# same_disk_since_note: proven that the disk has not left this machine, nor the machine rebooted, since the note was written.
same_disk_since_note() {
  local uuid
  uuid=$(noted_uuid)
  [[ -n $uuid && $(device_sequence) != none ]] || return 1
  [[ $(<"$(note_file)") == "$(note_lines "$uuid")" ]]
}

# file_system_uuid: of what is on the device; nothing when blkid finds none.
file_system_uuid() {
  blkid --probe --output value --match-tag UUID -- "$DEVICE" 2>/dev/null || true
}

# format_device FORCE: a new file system on DEVICE.
# No discard: on a blank disk it gains nothing, and nothing else in these scripts could destroy a whole disk in an instant.
# mkfs is not interrupted by a lost connection or Ctrl-C: it takes seconds, and a half-made file system costs more.
format_device() {
  local uuid
  need_program "mkfs.$FILE_SYSTEM" "$([[ $FILE_SYSTEM == xfs ]] && printf xfsprogs || printf e2fsprogs)"
  uuid=$(</proc/sys/kernel/random/uuid)
  write_note "$uuid"
  trap '' HUP INT TERM
  make_file_system "$uuid" "$1" \
    || fail "$EXIT_FORMAT" "mkfs.$FILE_SYSTEM failed on $DEVICE ($VOLUME_ID): its words are above; nothing of yours was on the disk: fix the cause, then run again"
  trap - HUP INT TERM
  remove_note
}

# make_file_system UUID FORCE: ext4 keeps 1 % for root instead of 5 %: on a data disk the rest is yours.
make_file_system() {
  local -a force=()
  case $FILE_SYSTEM in
    ext4)
      [[ -z $2 ]] || force=(-F)
      mkfs.ext4 -q "${force[@]}" -E nodiscard -m 1 -L "$LABEL" -U "$1" -- "$DEVICE" </dev/null >&2
      ;;
    xfs)
      [[ -z $2 ]] || force=(-f)
      mkfs.xfs -q "${force[@]}" -K -L "$LABEL" -m "uuid=$1" -- "$DEVICE" </dev/null >&2
      ;;
  esac
}

# unfinished KIND: whether an interrupted mkfs left this file system half-made, and nobody can have mounted it since to write
# to it; reads only. ext4: the time of the last mount and the count of mounts are zero (e2fsck resets the count alone), and it
# is not whole. xfs: mkfs marks it as in progress until its very last write, and the kernel mounts none that is.
unfinished() {
  case $1 in
    ext4)
      [[ $(bytes_at "$DEVICE" $((1024 + 44)) 4)$(bytes_at "$DEVICE" $((1024 + 52)) 2) == 000000000000 ]] || return 1
      ! e2fsck -f -n -- "$DEVICE" >/dev/null 2>&1
      ;;
    xfs) [[ $(bytes_at "$DEVICE" 126 1) == 01 ]] ;;
  esac
}

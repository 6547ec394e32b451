# shellcheck shell=bash
# Purpose: make a file system on a blank device, and recover safely from a mkfs that was killed half-way.
#
# Before mkfs, a note is written to this machine's root disk. It has the volume, the UUID of the new file system, the
# boot and the kernel's sequence number of the disk. It is removed when mkfs has succeeded, before the first mount. So
# while the note exists, these scripts have never mounted that file system. If boot and sequence number are still the
# same, the disk has not left this machine since it was proven blank, and everything on it came from that mkfs. The file
# system is then made again, unless its superblock shows that somebody has mounted it by hand. In every other case, a
# half-made file system is refused like any unknown content.

readonly NOTES_FOLDER=/var/lib/workbench/formatting

# note_file: prints the path of the volume's note.
note_file() {
  printf '%s/%s\n' "$NOTES_FOLDER" "$VOLUME_ID"
}

# note_lines UUID: prints the note for the disk as it is now.
note_lines() {
  printf 'uuid=%s\nboot=%s\nsequence=%s\nsize=%s\n' \
    "$1" "$(</proc/sys/kernel/random/boot_id)" "$(device_sequence)" "$(device_size "$DEVICE")"
}

# noted_uuid: prints the UUID in the note; nothing without a note.
noted_uuid() {
  local line file
  file=$(note_file)
  [[ -f $file ]] || return 0
  while IFS= read -r line; do
    [[ $line == uuid=* ]] && printf '%s\n' "${line#uuid=}"
  done <"$file"
  return 0
}

# write_note UUID: the note is on the disk when this returns.
write_note() {
  mkdir -p -- "$NOTES_FOLDER"
  note_lines "$1" | write_atomically "$(note_file)" 0600
  sync -- "$(note_file)" "$NOTES_FOLDER"
}

# remove_note: the note is gone from the disk when this returns.
remove_note() {
  local file
  file=$(note_file)
  [[ -e $file ]] || return 0
  rm -- "$file"
  sync -- "$NOTES_FOLDER"
}

# same_disk_since_note: whether it is proven that, since the note, the disk never left and the machine never rebooted.
same_disk_since_note() {
  local uuid
  uuid=$(noted_uuid)
  [[ -n $uuid && $(device_sequence) != none ]] || return 1
  [[ $(<"$(note_file)") == "$(note_lines "$uuid")" ]]
}

# file_system_uuid: prints the UUID of the file system on the device; nothing when blkid finds none.
file_system_uuid() {
  blkid --probe --output value --match-tag UUID -- "$DEVICE" 2>/dev/null || true
}

# format_device FORCE: makes a new file system on DEVICE.
# No discard: it gains nothing on a blank disk, and nothing else in these scripts can destroy a disk in an instant.
# A lost connection or Ctrl-C does not interrupt mkfs: it takes seconds, and a half-made file system costs more.
format_device() {
  local uuid
  need_program "mkfs.$FILE_SYSTEM" "$([[ $FILE_SYSTEM == xfs ]] && printf xfsprogs || printf e2fsprogs)"
  uuid=$(</proc/sys/kernel/random/uuid)
  write_note "$uuid"
  trap '' HUP INT TERM
  make_file_system "$uuid" "$1" \
    || fail "$EXIT_FORMAT" "mkfs.$FILE_SYSTEM failed on $DEVICE ($VOLUME_ID): its output is above;" \
      "the disk held no data of yours: fix the cause, then run again"
  trap - HUP INT TERM
  remove_note
}

# make_file_system UUID FORCE: reserves 1 % of an ext4 for root instead of 5 %, so that the user gets more of the disk.
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

# unfinished KIND: whether an interrupted mkfs left this file system half-made, and nobody can have mounted and written
# it since. It only reads.
# ext4: the last mount time and the mount count are zero (e2fsck resets only the count), and a check finds damage.
# xfs: mkfs marks it as in progress until its last write, and the kernel does not mount an xfs with that mark.
unfinished() {
  case $1 in
    ext4)
      [[ $(bytes_at "$DEVICE" $((1024 + 44)) 4)$(bytes_at "$DEVICE" $((1024 + 52)) 2) == 000000000000 ]] || return 1
      ! e2fsck -f -n -- "$DEVICE" >/dev/null 2>&1
      ;;
    xfs) [[ $(bytes_at "$DEVICE" 126 1) == 01 ]] ;;
  esac
}

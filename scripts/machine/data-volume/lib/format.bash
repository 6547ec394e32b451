# shellcheck shell=bash
# Purpose: make a file system on a blank device, and go on with one that was cut off. format_disk.py says how.

readonly IMAGES_FOLDER=/var/lib/workbench/formatting

# image_file: prints the path of the file in which the volume's file system is made before it is copied to the disk. It
# exists from then on until all of it is on the disk.
image_file() {
  printf '%s/%s.image\n' "$IMAGES_FOLDER" "$VOLUME_ID"
}

# forget_formatting: for a file system that is on the disk: what was left of its making, if anything, does not count.
forget_formatting() {
  local file
  file=$(image_file)
  rm -f -- "$file" "$file.new"
}

# format_device: makes a new file system on DEVICE, or goes on with one.
format_device() {
  need_program "mkfs.$FILE_SYSTEM" "$([[ $FILE_SYSTEM == xfs ]] && printf xfsprogs || printf e2fsprogs)"
  run_format || fail_format "$?"
}

# complete_formatting: for a file system on the disk. Its first bytes come last, and may be there without all of the
# others after a power cut. If the disk has anything else than its image, it is in use, and complete.
complete_formatting() {
  local status=0
  [[ -e $(image_file) ]] || return 0
  run_format || status=$?
  ((status == 0 || status == 3)) || fail_format "$status"
  forget_formatting
}

FORMAT_WORDS=''

# run_format: runs format_disk.py; fails with its exit code and FORMAT_WORDS.
# A lost connection or Ctrl-C does not interrupt it: it takes seconds, and a half-made file system costs more.
run_format() {
  local -a command=()
  local status=0
  mapfile -t command < <(mkfs_command)
  trap '' HUP INT TERM
  FORMAT_WORDS=$(python3 -B "$HERE/lib/format_disk.py" "$DEVICE" "$DEVICE_NUMBER" "$(image_file)" "${command[@]}") \
    || status=$?
  trap - HUP INT TERM
  return "$status"
}

# fail_format STATUS: ends the script for what format_disk.py ended with.
fail_format() {
  local disk="$DEVICE ($VOLUME_ID)"
  case $1 in
    3) fail "$EXIT_UNKNOWN_CONTENT" "$disk holds something that these scripts did not write ($FORMAT_WORDS):" \
      "it was not touched; save what is on it, or attach an empty volume" ;;
    4) fail_unreadable "$FORMAT_WORDS" ;;
    5) fail "$EXIT_FORMAT" "$disk could not be held alone for a new file system ($FORMAT_WORDS):" \
      "end what uses it, then run again" ;;
    6) fail "$EXIT_FORMAT" "mkfs.$FILE_SYSTEM failed for $disk, which was not touched ($FORMAT_WORDS):" \
      "fix the cause, then run again" ;;
    7) fail "$EXIT_FORMAT" "$disk could not be written while its file system was made ($FORMAT_WORDS):" \
      "look at its state in EC2, then run again, which goes on with it" ;;
    1) fail "$EXIT_UNEXPECTED" "format_disk.py failed unexpectedly: read its output above, then run again" ;;
    *) fail "$EXIT_FORMAT" "the making of a file system on $disk was cut off (exit code $1):" \
      "run again, which goes on with it" ;;
  esac
}

# mkfs_command: prints the words of the command that makes the file system in a file, one a line. It reserves 1 % of an
# ext4 for root instead of 5 %, so that the user gets more of the disk. The disk is blank, so what is to be zero is.
mkfs_command() {
  local -a more=()
  local sector
  sector=$(blockdev --getss "$DEVICE")
  # In a file, mkfs does not know of it. A block cannot be smaller than a sector.
  ((sector <= 512)) || more=(-b 4096)
  case $FILE_SYSTEM in
    ext4)
      more+=(-E 'nodiscard,lazy_itable_init=1,lazy_journal_init=1')
      printf '%s\n' mkfs.ext4 -q -F -m 1 "${more[@]}" -L "$LABEL"
      ;;
    xfs) printf '%s\n' mkfs.xfs -q -K -s "size=$sector" -L "$LABEL" ;;
  esac
}

# fail_unreadable WORDS: ends the script for a disk that cannot be read.
fail_unreadable() {
  fail "$EXIT_UNKNOWN_CONTENT" "$DEVICE ($VOLUME_ID) cannot be read ($1): it was not touched;" \
    "look at its state in EC2, and restore a snapshot to another volume if it stays so"
}

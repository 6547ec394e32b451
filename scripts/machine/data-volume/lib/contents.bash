# shellcheck shell=bash
# shellcheck disable=SC2034 # LOOK_REPAIR is for mount-data-volume
# Purpose: tell what is on a device that is not mounted: its signatures, and whether it is blank.

# signatures DEVICE: prints the kinds that wipefs and blkid find, sorted, one a line: "ext4", "gpt", "LVM2_member";
# "ambivalent" when blkid finds several that contradict each other. Fails when the device cannot be read.
signatures() {
  local found status=0 line
  found=$(wipefs --no-act --noheadings --output TYPE -- "$1") || return 1
  line=$(blkid --probe --output export -- "$1" 2>/dev/null) || status=$?
  case $status in
    0) while IFS= read -r line; do
      [[ $line =~ ^(TYPE|PTTYPE)=(.*) ]] && found+=$'\n'${BASH_REMATCH[2]}
    done <<<"$line" ;;
    2) ;;
    8) found+=$'\nambivalent' ;;
    *) return 1 ;;
  esac
  found=$(printf '%s\n' "$found" | sort -u)
  printf '%s\n' "${found#$'\n'}"
}

# What look_at_disk.py said: a few words, and the command that repairs a file system whose spare superblocks it found.
LOOK_WORDS='' LOOK_REPAIR=''

# look DEVICE [BEGIN]: whether the device is blank from there on, as far as it is read. If not, sets LOOK_WORDS and fails
# with 3 (not blank), 4 (cannot be read) or 5 (not blank, with spare superblocks).
look() {
  local status=0
  LOOK_REPAIR=''
  LOOK_WORDS=$(python3 -B "$HERE/lib/look_at_disk.py" "$@") || status=$?
  ((status == 0 || (status >= 3 && status <= 5))) \
    || fail "$EXIT_UNEXPECTED" "look_at_disk.py failed unexpectedly: read its output above, then run again"
  if [[ $LOOK_WORDS == *$'\n'* ]]; then
    LOOK_REPAIR=${LOOK_WORDS#*$'\n'} LOOK_WORDS=${LOOK_WORDS%%$'\n'*}
  fi
  return "$status"
}

# shellcheck shell=bash
# Purpose: tell what is on a device that is not mounted: its signatures, and whether it is blank.

# A larger device is not read whole, since a deploy has to wait for it (125 MiB/s on a gp3 volume: 16 s for this size).
readonly READ_WHOLE_BYTES=$((2 * 1024 ** 3))
readonly HEAD_BYTES=$((1024 ** 3)) TAIL_BYTES=$((64 * 1024 ** 2))
readonly SAMPLES=2048 SAMPLE_BYTES=$((256 * 1024))

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

# blank DEVICE SIZE: whether every byte that places_to_read names can be read and is zero. For zeros alone, od prints
# one line of them, "*" for the equal lines that follow, and the number of bytes. Any other output means: not blank.
# That includes a missing byte.
blank() {
  local address words star='' end='' expected=0 length
  while read -r _ length; do
    ((expected += length))
  done < <(places_to_read "$2")
  {
    read -r address words && read -r star && read -r end
  } < <(places_to_read "$2" | read_places "$1" 2>/dev/null | od -A d -t x8) || return 1
  [[ $words == '0000000000000000 0000000000000000' && $star == '*' ]] || return 1
  [[ $address == 0000000 && $end == "$(printf '%07d' "$expected")" ]]
}

# read_places DEVICE: prints the bytes of the device at the places on stdin, one "offset length" a line.
read_places() {
  local offset length
  while read -r offset length; do
    dd if="$1" bs=256K iflag=fullblock,skip_bytes,count_bytes skip="$offset" count="$length" status=none || return 1
  done
}

# places_to_read SIZE: prints one "offset length" a line, in bytes.
# A device of up to 2 GiB is read whole. Of a larger one, these places are read:
# - the first GiB and the last 64 MiB. Every partition table, volume manager, RAID and file system writes there when it
#   is made. ext4 writes its first eight groups, xfs its first allocation group, btrfs the copies at 64 KiB and 64 MiB.
#   md, ZFS and GPT also write at the end.
# - the places further in where they keep spare copies
# - 256 KiB at each of 2048 evenly spread places, to find data that no tool recognizes
places_to_read() {
  if (($1 <= READ_WHOLE_BYTES)); then
    printf '0 %d\n' "$1"
    return
  fi
  printf '0 %d\n' "$HEAD_BYTES"
  spare_copies "$1"
  samples "$1"
  printf '%d %d\n' "$(($1 - TAIL_BYTES))" "$TAIL_BYTES"
}

# spare_copies SIZE: prints where ext4, xfs and btrfs of this size keep superblock copies beyond the first GiB.
spare_copies() {
  local base group offset
  for base in 3 5 7; do
    for ((group = base; group * 128 * 1024 ** 2 < $1; group *= base)); do
      copy_at "$1" $((group * 128 * 1024 ** 2))
    done
  done
  # xfs has four allocation groups, or one for every TiB, in blocks of 4 KiB.
  local blocks=$((($1 / 4096 + 3) / 4))
  local group_size=$((blocks * 4096))
  ((group_size <= 1024 ** 4)) || group_size=$((1024 ** 4))
  for ((offset = group_size; offset < $1; offset += group_size)); do
    copy_at "$1" "$offset"
  done
  copy_at "$1" $((256 * 1024 ** 3))
}

# copy_at SIZE OFFSET: prints one place, unless the head or the tail includes it.
copy_at() {
  (($2 < HEAD_BYTES || $2 + SAMPLE_BYTES > $1 - TAIL_BYTES)) || printf '%d %d\n' "$2" "$SAMPLE_BYTES"
}

# samples SIZE: prints places evenly spread between head and tail, each at a full MiB, where allocators tend to begin.
samples() {
  local index stride=$((($1 - HEAD_BYTES - TAIL_BYTES) / SAMPLES))
  for ((index = 0; index < SAMPLES; index++)); do
    printf '%d %d\n' "$(((HEAD_BYTES + index * stride) / 1024 ** 2 * 1024 ** 2))" "$SAMPLE_BYTES"
  done
}

# remains DEVICE: says what a device without a signature seems to have held, to help with its repair.
remains() {
  local block_size first
  [[ $(text_at "$1" 0 4) == XFSB ]] && printf 'it looks like a damaged xfs (xfs_repair -n shows more)\n' && return
  for block_size in 1024 2048 4096; do
    first=$((block_size == 1024 ? 1 : 0))
    if [[ $(bytes_at "$1" $(((block_size * 8 + first) * block_size + 56)) 2) == 53ef ]]; then
      printf 'it looks like a damaged ext4 (e2fsck -b %d -B %d shows more)\n' \
        "$((block_size * 8 + first))" "$block_size"
      return
    fi
  done
  printf 'nothing on it looks like a known file system, volume manager or partition table\n'
}

# bytes_at DEVICE OFFSET LENGTH: prints bytes in lower-case hexadecimal.
bytes_at() {
  local bytes
  bytes=$(od -An -v -tx1 -j "$2" -N "$3" -- "$1" 2>/dev/null) || bytes=''
  printf '%s\n' "${bytes//[[:space:]]/}"
}

# text_at DEVICE OFFSET LENGTH: prints bytes as text, without zero bytes.
text_at() {
  dd if="$1" bs=1 skip="$2" count="$3" status=none | tr -d '\000'
}

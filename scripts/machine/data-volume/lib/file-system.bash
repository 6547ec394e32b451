# shellcheck shell=bash
# Purpose: check, mount and grow the one file system on a device; KIND is ext4 or xfs.

# What e2fsck said in one line, and its exit status (bits: 1 and 2 repaired, 4 damage left, 8 and more not checked).
E2FSCK_WORDS='' E2FSCK_STATUS=0

# run_e2fsck OPTION...: repairs what is safe to repair without a person (-p). Never run it with -y, which guesses.
run_e2fsck() {
  local said
  need_program e2fsck e2fsprogs
  E2FSCK_STATUS=0
  said=$(e2fsck "$@" -p -- "$DEVICE" 2>&1) || E2FSCK_STATUS=$?
  E2FSCK_WORDS=${said##*$'\n'}
  # It looked no further than at the features, but says that errors are left (4), too.
  if [[ $said =~ [^$'\n']*'unsupported feature'[^$'\n']* ]]; then
    E2FSCK_WORDS=${BASH_REMATCH[0]} E2FSCK_STATUS=8
  fi
  (((E2FSCK_STATUS & 4) == 0)) \
    || fail "$EXIT_DAMAGED" "the ext4 on $DEVICE ($VOLUME_ID) has damage that only a person can repair" \
      "(e2fsck: ${E2FSCK_WORDS# }): it was not mounted; take a snapshot, then run \"e2fsck $DEVICE\" by hand"
}

# check_ext4: e2fsck -p reads the state first. It leaves a clean file system alone, replays a journal, and checks fully
# after errors. If e2fsck is too old for the file system, the kernel decides. xfs needs no such check: the kernel
# replays its log.
check_ext4() {
  run_e2fsck
  (((E2FSCK_STATUS & ~3) == 0)) || NEWS+=("e2fsck could not check it: $E2FSCK_WORDS")
}

# mount_file_system: mounts without access times, devices and set-uid programs: the volume holds data, and may come from
# elsewhere. On an error, ext4 goes read-only. xfs refuses a UUID that is mounted already, and a restored snapshot has
# its origin's UUID, so xfs gets nouuid. The scripts tell volumes apart by volume id.
mount_file_system() {
  local words options=noatime,nodev,nosuid
  case $KIND in
    ext4) options+=,errors=remount-ro ;;
    xfs) options+=,nouuid ;;
  esac
  words=$(mount -t "$KIND" -o "$options" -- "$DEVICE" "$MOUNT_POINT" 2>&1) \
    || fail "$EXIT_DAMAGED" "the $KIND on $DEVICE ($VOLUME_ID) could not be mounted at $MOUNT_POINT" \
      "(${words//$'\n'/ }): look into the kernel's log, take a snapshot, then repair it by hand"
  mounted_right \
    || fail "$EXIT_NOT_VERIFIED" "mount reported success, but findmnt does not show $DEVICE ($DEVICE_NUMBER)" \
      "at $MOUNT_POINT: unmount what is there, then run again"
}

# grow_file_system: asks the tool only when there is something to gain: it may be too old for the file system.
grow_file_system() {
  local before words status=0
  leaves_room || return 0
  before=$(stat -f -c %b -- "$MOUNT_POINT")
  case $KIND in
    ext4)
      need_program resize2fs e2fsprogs
      words=$(resize2fs "$DEVICE" 2>&1 >/dev/null) || status=$?
      ;;
    xfs)
      need_program xfs_growfs xfsprogs
      words=$(xfs_growfs -d "$MOUNT_POINT" 2>&1 >/dev/null) || status=$?
      ;;
  esac
  ((status == 0)) \
    || fail "$EXIT_GROW" "$VOLUME_ID is mounted at $MOUNT_POINT, but its $KIND could not be grown to the size of the" \
      "disk (${words##*$'\n'}): everything on it can be used; unmount it with unmount-data-volume, then run again"
  (($(stat -f -c %b -- "$MOUNT_POINT") <= before)) || NEWS+=("grown to the size of the disk")
}

# grow_ext4_before_mount: the kernel grows a mounted ext4 only for a process with CAP_SYS_RESOURCE, which some
# containers lack. There, this grows it before the mount, which needs a full check first.
grow_ext4_before_mount() {
  local words
  ! has_capability 24 || return 0
  leaves_room || return 0
  run_e2fsck -f
  # Without a check, resize2fs refuses. The kernel then says whether it can be mounted.
  ((E2FSCK_STATUS < 8)) || return 0
  words=$(resize2fs "$DEVICE" 2>&1 >/dev/null) \
    || fail "$EXIT_GROW" "the ext4 on $DEVICE ($VOLUME_ID) could not be grown to the size of the disk" \
      "(${words##*$'\n'}): it was not mounted; inspect it with \"e2fsck -n $DEVICE\""
  NEWS+=("grown to the size of the disk")
}

# has_capability BIT: whether this process has the capability with that number.
has_capability() {
  local name value mask=0
  while read -r name value; do
    [[ $name != CapEff: ]] || mask=$value
  done </proc/self/status
  (((16#$mask >> $1 & 1) == 1))
}

# leaves_room: whether the device exceeds its file system by more than a remnant that is too small for a block group.
leaves_room() {
  local size
  case $KIND in
    ext4) size=$(ext4_size) ;;
    xfs) size=$(xfs_size) ;;
  esac
  ((size > 0 && $(device_size "$DEVICE") - size > 16 * 1024 ** 2))
}

# ext4_size: prints the bytes that the ext4 on the device spans; 0 if that cannot be read.
ext4_size() {
  local line count=0 size=0
  while IFS= read -r line; do
    [[ $line =~ ^Block\ count:\ +([0-9]+)$ ]] && count=${BASH_REMATCH[1]}
    [[ $line =~ ^Block\ size:\ +([0-9]+)$ ]] && size=${BASH_REMATCH[1]}
  done < <(dumpe2fs -h -- "$DEVICE" 2>/dev/null || true)
  printf '%d\n' "$((count * size))"
}

# xfs_size: prints the bytes that the xfs on the device spans. Its superblock begins with the magic number, the size of
# a block (4 bytes) and their number (8 bytes), the highest byte first.
xfs_size() {
  local size count
  size=$(od --endian=big --address-radix=n --skip-bytes=4 --read-bytes=4 --format=u4 -- "$DEVICE")
  count=$(od --endian=big --address-radix=n --skip-bytes=8 --read-bytes=8 --format=u8 -- "$DEVICE")
  printf '%d\n' "$((size * count))"
}

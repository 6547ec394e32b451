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
  E2FSCK_WORDS=$(line_of "$DEVICE: " "${said%%UNEXPECTED INCONSISTENCY*}")
  # It looked no further than at the features, but says that errors are left (4), too.
  if [[ $said =~ [^$'\n']*'unsupported feature'[^$'\n']* ]]; then
    E2FSCK_WORDS=${BASH_REMATCH[0]} E2FSCK_STATUS=8
  fi
  (((E2FSCK_STATUS & 4) == 0)) \
    || fail "$EXIT_DAMAGED" "the ext4 on $DEVICE ($VOLUME_ID) has damage that only a person can repair" \
      "(e2fsck: $E2FSCK_WORDS): it was not mounted; take a snapshot, then run \"e2fsck $DEVICE\" by hand"
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

# refuse_larger_than_disk: e2fsck and the kernel would see damage in what a larger disk has.
refuse_larger_than_disk() {
  local size disk
  size=$(file_system_size)
  disk=$(device_size "$DEVICE")
  ((size <= disk)) \
    || fail "$EXIT_DAMAGED" "the $KIND on $DEVICE ($VOLUME_ID) spans $(as_size "$size"), expected at most the" \
      "$(as_size "$disk") of the disk: it was not touched; attach a volume that is as large as it was"
}

# refuse_read_only_feature: the kernel mounts such an ext4, and never lets anybody write to it.
refuse_read_only_feature() {
  [[ " $(ext4_value 'Filesystem features') " != *' read-only '* ]] \
    || fail "$EXIT_READ_ONLY" "the ext4 on $DEVICE ($VOLUME_ID) has the feature \"read-only\", which somebody set: it was" \
      "not mounted; clear it with \"tune2fs -O ^read-only $DEVICE\", then run again"
}

# grow_file_system: asks the tool only when there is something to gain: it may be too old for the file system.
grow_file_system() {
  local before words status=0
  leaves_room || return 0
  blank_behind || return 0
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
      "disk ($(line_of 'resize2fs: ' "$words")): everything on it can be used; unmount it with unmount-data-volume, then run again"
  (($(stat -f -c %b -- "$MOUNT_POINT") <= before)) || NEWS+=("grown to the size of the disk")
}

# renew_xfs_spares: a growth that was cut off leaves spare superblocks that xfs_repair would believe.
renew_xfs_spares() {
  local words
  words=$(python3 -B "$HERE/lib/xfs_spares.py" "$DEVICE" "$MOUNT_POINT" 2>&1) \
    || NEWS+=("its spare superblocks could not be checked: ${words##*$'\n'}")
}

# grow_ext4_before_mount: the kernel grows a mounted ext4 only for a process with CAP_SYS_RESOURCE, which some
# containers lack. There, this grows it before the mount, which needs a full check first.
grow_ext4_before_mount() {
  ! has_capability 24 || return 0
  leaves_room || return 0
  blank_behind || return 0
  run_e2fsck -f
  # Without a check, resize2fs refuses. The kernel then says whether it can be mounted.
  ((E2FSCK_STATUS < 8)) || return 0
  if resize2fs "$DEVICE" >/dev/null 2>&1; then
    NEWS+=("grown to the size of the disk")
  else
    # Once it is mounted, grow_file_system says why.
    check_ext4
  fi
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
  size=$(file_system_size)
  ((size > 0 && $(device_size "$DEVICE") - size > 16 * 1024 ** 2))
}

# What blank_behind found: yes or no.
BLANK_BEHIND=''

# blank_behind: whether nothing lies behind the file system. It may be somebody's, such as a verity hash tree: growing
# would write over it.
blank_behind() {
  local size status=0 words='is not blank'
  if [[ -z $BLANK_BEHIND ]]; then
    size=$(file_system_size)
    look "$DEVICE" "$size" || status=$?
    BLANK_BEHIND=yes
    if ((status != 0)); then
      BLANK_BEHIND=no
      ((status != 4)) || words='cannot be read'
      NEWS+=("not grown to the size of the disk, since what lies behind it $words ($LOOK_WORDS)")
    fi
  fi
  [[ $BLANK_BEHIND == yes ]]
}

# file_system_size: prints the bytes that the file system spans; 0 if that cannot be read.
file_system_size() {
  case $KIND in
    ext4) ext4_size ;;
    xfs) xfs_size ;;
  esac
}

# ext4_value NAME: prints a value of the superblock; nothing if it cannot be read.
ext4_value() {
  local line
  while IFS= read -r line; do
    [[ $line =~ ^"$1":\ +(.*)$ ]] && printf '%s\n' "${BASH_REMATCH[1]}"
  done < <(dumpe2fs -h -- "$DEVICE" 2>/dev/null || true)
  return 0
}

# ext4_size: prints the bytes that the ext4 on the device spans; 0 if that cannot be read.
ext4_size() {
  local count size
  count=$(ext4_value 'Block count')
  size=$(ext4_value 'Block size')
  printf '%d\n' "$((${count:-0} * ${size:-0}))"
}

# xfs_size: prints the bytes that the xfs on the device spans. Its superblock begins with the magic number, the size of
# a block (4 bytes) and their number (8 bytes), the highest byte first.
xfs_size() {
  local size count
  size=$(od --endian=big --address-radix=n --skip-bytes=4 --read-bytes=4 --format=u4 -- "$DEVICE")
  count=$(od --endian=big --address-radix=n --skip-bytes=8 --read-bytes=8 --format=u8 -- "$DEVICE")
  printf '%d\n' "$((size * count))"
}

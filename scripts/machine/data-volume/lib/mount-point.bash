# shellcheck shell=bash
# Purpose: prepare the mount point, and mark the root of the volume with a file that shows that it is mounted.

readonly SENTINEL=.workbench-volume

# check_mount_folder: the mount point must be an empty folder and not a link: a mount would hide its files.
check_mount_folder() {
  local -a files=()
  local real
  [[ -z $(mounted_with TARGET) ]] \
    || fail "$EXIT_MOUNT_POINT" "$(mounted_with SOURCE) is mounted at $MOUNT_POINT," \
      "expected nothing there but $VOLUME_ID: unmount it, then run again"
  real=$(realpath --canonicalize-missing -- "$MOUNT_POINT")
  [[ $real == "$MOUNT_POINT" ]] \
    || fail "$EXIT_MOUNT_POINT" "$MOUNT_POINT leads to $real, expected a folder that is no link:" \
      "name $real as the mount point"
  [[ -e $MOUNT_POINT ]] || return 0
  [[ -d $MOUNT_POINT ]] \
    || fail "$EXIT_MOUNT_POINT" "$MOUNT_POINT is a file, expected a folder: move it away, then run again"
  files=("$MOUNT_POINT"/*)
  ((${#files[@]} == 0)) \
    || fail "$EXIT_MOUNT_POINT" "$MOUNT_POINT holds files of this machine's own disk that the mount would hide" \
      "(${files[0]} and $((${#files[@]} - 1)) more), expected an empty folder: move them away, then run again"
}

# make_mount_folder: runs before the volume is touched, since it can fail: a former mount point takes no new folder.
make_mount_folder() {
  local words first=$MOUNT_POINT path=$MOUNT_POINT
  until [[ -e ${first%/*}/ ]]; do
    first=${first%/*}
  done
  words=$(mkdir -p -- "$MOUNT_POINT" 2>&1) && return
  # What was made on the way there.
  while [[ $path == "$first"* ]]; do
    rmdir -- "$path" 2>/dev/null || true
    path=${path%/*}
  done
  fail "$EXIT_MOUNT_POINT" "$MOUNT_POINT could not be made (${words//$'\n'/ })," \
    "expected a place where root can make a folder: name another mount point or, if it is below a former one," \
    "unlock that with \"chattr -i\", then run again"
}

# prepare_mount_folder: keeps everybody from writing into the folder by accident while nothing is mounted there; root
# too, where chattr works.
prepare_mount_folder() {
  if [[ $(stat -c '%u %a' -- "$MOUNT_POINT") != '0 555' ]]; then
    chown root:root -- "$MOUNT_POINT"
    chmod 0555 -- "$MOUNT_POINT"
  fi
  chattr +i -- "$MOUNT_POINT" 2>/dev/null || true
}

# mark_volume: writes the sentinel, which services require: it shows that a path is the root of a mounted volume. It is
# written once and keeps the id of the volume that it was made for, since a volume restored from a snapshot is a true
# copy. Together with the sentinel, and never again, this gives the root of the volume to its owner. Fails when there is
# no room for the sentinel.
mark_volume() {
  local temporary
  [[ ! -e $MOUNT_POINT/$SENTINEL && ! -L $MOUNT_POINT/$SENTINEL ]] || return 0
  temporary=$(mktemp -- "$MOUNT_POINT/$SENTINEL.XXXXXX" 2>/dev/null) || return 1
  if ! { printf 'first-volume=%s\n' "$VOLUME_ID" >"$temporary" && sync -- "$temporary"; } 2>/dev/null; then
    rm -f -- "$temporary"
    return 1
  fi
  chmod 0444 -- "$temporary"
  chown -- "$OWNER:" "$MOUNT_POINT"
  mv -nT -- "$temporary" "$MOUNT_POINT/$SENTINEL"
}

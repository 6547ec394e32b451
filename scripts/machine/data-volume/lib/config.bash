# shellcheck shell=bash
# shellcheck disable=SC2034 # the settings are for the scripts that source this file
# Purpose: read the settings of one data volume from a file (without executing it), check them, and write them.
# Format: one "name=value" a line. The value is everything after the first "=", spaces included. Lines that start with
# "#" are comments.

readonly DEFAULT_CONFIG=/etc/workbench/data-volume.conf
readonly SETTING_NAMES=(volume-id device-name mount-point file-system label owner wait-sec may-format)
VOLUME_ID='' DEVICE_NAME='' MOUNT_POINT='' FILE_SYSTEM='' LABEL='' OWNER='' WAIT_SEC='' MAY_FORMAT=''

# setting_variable NAME: "volume-id" -> "VOLUME_ID"; fails for a name that is not a setting.
setting_variable() {
  local name
  for name in "${SETTING_NAMES[@]}"; do
    if [[ $name == "$1" ]]; then
      name=${name^^}
      printf '%s\n' "${name//-/_}"
      return 0
    fi
  done
  return 1
}

# read_config FILE: sets the variables above and checks them.
read_config() {
  local file=$1 line name variable number=0 known
  known=$(joined ', ' "${SETTING_NAMES[@]}")
  [[ -f $file && -r $file ]] \
    || fail "$EXIT_USAGE" "no configuration at $file:" \
      "run install-data-volume first, or name the file as the only argument"
  cmp --silent -- "$file" <(tr -d '\000' <"$file") \
    || fail "$EXIT_USAGE" "$file: expected text, got a byte that is zero in it: run install-data-volume, which writes it again"
  while IFS= read -r line || [[ -n $line ]]; do
    ((++number))
    [[ $line =~ ^[[:space:]]*(#.*)?$ ]] && continue
    name=${line%%=*}
    if [[ $line != *=* ]] || ! variable=$(setting_variable "$name"); then
      fail "$EXIT_USAGE" "$file line $number: expected name=value with one of the names $known," \
        "got \"$line\": correct the line"
    fi
    [[ -z ${!variable} ]] || fail "$EXIT_USAGE" "$file line $number: $name is set twice: remove one of the lines"
    printf -v "$variable" '%s' "${line#*=}"
  done <"$file"
  # A configuration of an earlier version says nothing about it.
  MAY_FORMAT=${MAY_FORMAT:-no}
  check_settings "$file"
}

# write_config FILE: writes the settings as read_config reads them; replaces the file atomically.
write_config() {
  local name variable
  {
    printf '# Written by install-data-volume; read by mount-data-volume and unmount-data-volume.\n'
    for name in "${SETTING_NAMES[@]}"; do
      variable=$(setting_variable "$name")
      printf '%s=%s\n' "$name" "${!variable}"
    done
  } | write_atomically "$1" 0644
}

# write_atomically FILE MODE: replaces FILE with stdin in one step. A process that has the old file open keeps it.
write_atomically() {
  local temporary
  temporary=$(mktemp -- "$1.XXXXXX")
  cat >"$temporary"
  chmod -- "$2" "$temporary"
  mv -fT -- "$temporary" "$1"
}

# check_settings WHERE: ends the script at the first setting that is missing or invalid.
check_settings() {
  local where=$1 name variable
  for name in "${SETTING_NAMES[@]}"; do
    variable=$(setting_variable "$name")
    [[ -n ${!variable} ]] || fail "$EXIT_USAGE" "$where: $name is missing: set it"
  done
  expect_setting "$where" volume-id '^vol-[0-9a-f]{8,17}$' 'an EBS volume id such as vol-0123456789abcdef0'
  expect_setting "$where" device-name '^/dev/(sd|xvd)[a-z]{1,2}$' 'the device name of the attachment, such as /dev/sdf'
  expect_setting "$where" file-system '^(xfs|ext4)$' 'xfs or ext4'
  expect_setting "$where" owner '^[a-z_][a-z0-9_.-]{0,31}$' 'a user name'
  expect_setting "$where" may-format '^(yes|no)$' 'yes or no'
  expect_setting "$where" wait-sec '^[1-9][0-9]{0,3}$' 'whole seconds from 1 to 9999'
  check_mount_point "$where"
  check_label "$where"
  id -u -- "$OWNER" >/dev/null 2>&1 \
    || fail "$EXIT_USAGE" "$where: owner: no user \"$OWNER\" on this machine: name one that exists"
}

# expect_setting WHERE NAME PATTERN WORDS: ends the script unless the value matches.
expect_setting() {
  local variable
  variable=$(setting_variable "$2")
  [[ ${!variable} =~ $3 ]] || fail "$EXIT_USAGE" "$1: $2: expected $4, got \"${!variable}\""
}

# check_mount_point WHERE: ends the script unless it is an absolute, normalized, printable path other than /.
check_mount_point() {
  local normal
  ((${#MOUNT_POINT} <= 1000)) \
    || fail "$EXIT_USAGE" "$1: mount-point: expected at most 1000 characters, got ${#MOUNT_POINT}: choose a shorter one"
  normal=$(realpath --no-symlinks --canonicalize-missing -- "$MOUNT_POINT" 2>/dev/null) || normal=''
  [[ $MOUNT_POINT == /?* && $MOUNT_POINT == "$normal" && $MOUNT_POINT != *[[:cntrl:]\\\"%]* ]] \
    || fail "$EXIT_USAGE" "$1: mount-point: expected an absolute path such as /data without \"..\", \"//\", quotes," \
      "backslash or per cent sign, got \"$MOUNT_POINT\""
}

# check_label WHERE: an xfs label has at most 12 bytes, an ext4 label 16.
check_label() {
  local limit=12
  [[ $FILE_SYSTEM == ext4 ]] && limit=16
  if [[ ! $LABEL =~ ^[A-Za-z0-9_.-]+$ ]] || ((${#LABEL} > limit)); then
    fail "$EXIT_USAGE" "$1: label: expected at most $limit of A-Z a-z 0-9 _ . - for $FILE_SYSTEM, got \"$LABEL\""
  fi
}

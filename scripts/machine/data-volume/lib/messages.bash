# shellcheck shell=bash
# Purpose: how the scripts speak: one sentence on stderr, the exit code tells a program the same.

# say SENTENCE: a sentence for people, on stderr.
say() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
}

# fail CODE SENTENCE: say it and end with the code.
fail() {
  say "$2"
  exit "$1"
}

# fail_unexpectedly LINE COMMAND: the ERR trap, for a command that nobody expected to fail. A subshell only passes the
# failure on: the line that started it decides whether it was expected.
fail_unexpectedly() {
  local status=$?
  ((BASH_SUBSHELL == 0)) || exit "$status"
  fail "$EXIT_UNEXPECTED" "\"$2\" (line $1 of ${BASH_SOURCE[1]##*/}) ended with $status where it should succeed: read what it printed above, then run again"
}

# as_size BYTES: bytes for people, "10GiB".
as_size() {
  numfmt --to=iec-i --suffix=B "$1"
}

# joined SEPARATOR WORD...: the words in one line.
joined() {
  local separator=$1 line='' word
  shift
  for word in "$@"; do
    line+="${line:+$separator}$word"
  done
  printf '%s\n' "$line"
}

# need_root: ends the script unless it runs as root.
need_root() {
  ((EUID == 0)) || fail "$EXIT_NOT_READY" "must run as root, got user id $EUID: run it with sudo"
}

# need_program PROGRAM PACKAGE: ends the script when a program is missing.
need_program() {
  [[ -x $(type -P "$1") ]] \
    || fail "$EXIT_NOT_READY" "the program $1 is missing on this machine: install the package $2, then run again"
}

# shellcheck shell=bash
# Purpose: messages: one sentence on stderr for people, and an exit code that tells a program the same.

# say PART...: joins the parts of a sentence with spaces, and prints it for people on stderr.
say() {
  local IFS=' '
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# fail CODE PART...: says the sentence and ends the script with the code.
fail() {
  say "${@:2}"
  exit "$1"
}

# fail_unexpectedly LINE COMMAND: the ERR trap, for a command that should not fail. A subshell only passes the failure
# on: the line that started the subshell decides whether the failure was expected.
fail_unexpectedly() {
  local status=$?
  ((BASH_SUBSHELL == 0)) || exit "$status"
  fail "$EXIT_UNEXPECTED" "\"$2\" (line $1 of ${BASH_SOURCE[1]##*/}) ended with $status, expected 0:" \
    "read its output above, then run again"
}

# as_size BYTES: prints a size for people: "10GiB".
as_size() {
  numfmt --to=iec-i --suffix=B "$1"
}

# joined SEPARATOR WORD...: prints the words in one line.
joined() {
  local separator=$1 line='' word
  shift
  for word in "$@"; do
    line+="${line:+$separator}$word"
  done
  printf '%s\n' "$line"
}

# line_of PREFIX TEXT: prints the last line that begins so; the last line of all if none does. Programs print a version
# before what matters, and hints behind it.
line_of() {
  local line found=''
  while IFS= read -r line; do
    [[ $line != "$1"* ]] || found=$line
  done <<<"$2"
  printf '%s\n' "${found:-${2##*$'\n'}}"
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

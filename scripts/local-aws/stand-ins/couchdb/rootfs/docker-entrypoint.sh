#!/usr/bin/env bash
# Prepares and starts the stand-in as the entry point of CouchDB's own image does: it gives local.d a docker.ini, writes
# the admin of COUCHDB_USER and COUCHDB_PASSWORD into it, and refuses to start without an admin. It ignores the
# variables of Erlang's cluster.
#
# usage: docker-entrypoint.sh [couchdb | COMMAND [ARGUMENT...]]
#        It serves without an argument. As root, it gives the files to user 5984 and becomes that user.
#
# exit codes: those of what it starts
#             1 no admin is configured, or a file cannot be written
set -euo pipefail

readonly HOME_DIRECTORY=${COUCHDB_HOME:-/opt/couchdb}
readonly ETC=$HOME_DIRECTORY/etc COUCHDB=$HOME_DIRECTORY/bin/couchdb COUCHDB_UID=5984

has_entry() { # PATTERN: a section's first line, in a file below etc
  grep -Pzoqr "$1" "$ETC"/local.d/*.ini "$ETC/local.ini"
}

append_entry() { # SECTION KEY VALUE
  printf '\n[%s]\n%s = %s\n' "$1" "$2" "$3" >>"$ETC/local.d/docker.ini"
}

refuse_without_admin() {
  if grep -Pzoqr '\[admins\]\n[^;]\w+' "$ETC"/default.d/*.ini "$ETC"/local.d/*.ini "$ETC/local.ini"; then return; fi
  printf '%s\n' "ERROR: CouchDB 3 does not run without an admin: set COUCHDB_USER and COUCHDB_PASSWORD, or write an" \
    "[admins] section into a file of $ETC/local.d" >&2
  exit 1
}

if [[ $# -eq 0 || $1 == couchdb || $1 == [-+]* ]]; then
  if [[ ${1:-} == couchdb ]]; then shift; fi
  set -- "$COUCHDB" "$@"
fi
if [[ $1 == "$COUCHDB" ]]; then
  touch "$ETC/local.d/docker.ini"
  if [[ ${COUCHDB_USER:-} && ${COUCHDB_PASSWORD:-} ]] && ! has_entry "\[admins\]\n$COUCHDB_USER ="; then
    append_entry admins "$COUCHDB_USER" "$COUCHDB_PASSWORD"
  fi
  if [[ ${COUCHDB_SECRET:-} ]] && ! has_entry '\[chttpd_auth\]\nsecret ='; then
    append_entry chttpd_auth secret "$COUCHDB_SECRET"
  fi
  refuse_without_admin
  if [[ $EUID -eq 0 ]]; then
    mkdir -p "$HOME_DIRECTORY/data"
    find "$HOME_DIRECTORY/data" "$ETC" ! -user "$COUCHDB_UID" -exec chown -f "$COUCHDB_UID:$COUCHDB_UID" '{}' +
    exec setpriv --reuid="$COUCHDB_UID" --regid="$COUCHDB_UID" --clear-groups "$@"
  fi
fi
exec "$@"

# Shared by the scripts of this folder: messages, and folders in the OCI layout.
# shellcheck shell=bash

# The time of every image and file. Any fixed time will do: the same inputs make the same digest.
export CREATED=1970-01-01T00:00:00Z

fail() { # EXIT-CODE PART...: joins the parts of a sentence with spaces
  printf '%s: %s\n' "${0##*/}" "${*:2}" >&2
  exit "$1"
}

need_tools() { # PACKAGES TOOL...
  local tool
  for tool in "${@:2}"; do
    command -v "$tool" >/dev/null || fail 3 "$tool is not installed: apt-get install $1"
  done
}

# Makes TARGET with the function MAKE, which gets the folder to make and the arguments. TARGET appears when it is
# complete. A second call for the same TARGET waits for the first. A killed one leaves TARGET.partial behind, and the
# next removes it.
make_once() { # TARGET MAKE ARGUMENT...
  local target=${1%/} partial=${1%/}.partial
  if [[ -d $target ]]; then return; fi
  mkdir -p "$(dirname "$target")"
  exec 9>"$target.lock"
  flock 9
  if [[ -d $target ]]; then return; fi
  rm -rf "$partial" "$partial".*
  "$2" "$partial" "${@:3}"
  rm -rf "$partial".*
  sync -f "$partial"
  mv --no-target-directory "$partial" "$target"
  rm -f "$target.lock"
}

# Copies a layout. The blobs are never changed, so both may have the same files. What names them is copied.
copy_layout() { # LAYOUT TARGET
  cp -R --link "$1" "$2"
  rm "$2/index.json"
  cp "$1/index.json" "$2/index.json"
}

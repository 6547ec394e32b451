"""The command line: `python -m local_aws serve` and `python -m local_aws clean`."""

import argparse
import sys
from ipaddress import IPv4Network
from pathlib import Path

from . import composition
from .core.errors import LocalAwsError
from .core.home import Home

_BESIDE = "a file or folder that you keep in the home; clean removes it too; may be repeated"


def main() -> int:
    """Runs one command and returns its exit code.

    0: it is done. 1: it failed, and printed one sentence. 2: the command line is wrong.
    """
    arguments = _parser().parse_args()
    try:
        home = Home(arguments.home, arguments.beside)
        if arguments.command == "serve":
            composition.serve(home, arguments.port, arguments.network, arguments.base_image)
        else:
            composition.clean(home)
    except LocalAwsError as error:
        print(f"local-aws: {error}", file=sys.stderr)
        return 1
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 (any free one) to 65535, got {text}")
    return int(text)


def _name(text: str) -> str:
    if text in ("", ".", "..") or "/" in text:
        raise argparse.ArgumentTypeError(f"expected the name of a file or folder in the home, got {text!r}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local_aws", description="A local AWS: API, machines and disks.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve in the foreground until SIGTERM or SIGINT")
    serve.add_argument("--home", type=Path, required=True, help="folder of its state, images and disks")
    serve.add_argument("--port", type=_port, required=True, help="port on 127.0.0.1; 0 takes a free one")
    serve.add_argument("--network", type=IPv4Network, required=True, help="addresses of its machines")
    serve.add_argument("--base-image", type=Path, help="root file system that machines boot (default: no machines)")
    clean = commands.add_parser("clean", help="remove everything of a local AWS that does not run")
    clean.add_argument("--home", type=Path, required=True, help="its folder")
    for command in (serve, clean):
        command.add_argument("--beside", metavar="NAME", type=_name, action="append", default=[], help=_BESIDE)
    return parser


if __name__ == "__main__":
    sys.exit(main())

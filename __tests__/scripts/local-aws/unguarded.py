"""Runs a local AWS with guards switched off: `unguarded.py <guard>,<guard> serve …`. An attack must succeed on it."""

import os
import sys
from types import SimpleNamespace

import local_aws

guards = sys.argv.pop(1).split(",")
if "cors" in guards:
    del os.environ["MOTO_DISABLE_GLOBAL_CORS"]

from local_aws import __main__  # noqa: E402
from local_aws.core import application, files  # noqa: E402

assert local_aws.__file__ is not None
if "web pages" in guards:
    application.refuse_web_pages = lambda _environ, _hosts: None
if "signatures" in guards:
    anybody = SimpleNamespace(service=application.HEALTH_SERVICE, value="")
    application.Gate.check = lambda _gate, _environ: anybody
if "files" in guards:
    os.umask(0)
    open_file = os.open
    files.os.open = lambda file, flags, _mode=0: open_file(file, flags, 0o644)
    change_mode = os.chmod
    files.Path.chmod = lambda path, _mode: change_mode(path, 0o755)
sys.exit(__main__.main())

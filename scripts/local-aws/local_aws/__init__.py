"""A local AWS: moto's API with corrections, and real machines and disks on Linux as root."""

import os

# moto lets every web page read its answers, unless this is set when it is imported.
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"

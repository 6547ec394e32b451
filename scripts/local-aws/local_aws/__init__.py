"""The local AWS: moto's API, what moto lacks or gets wrong, and (on Linux as root) real machines and disks."""

import os

# moto would let every web page read its answers, and reads this when it is imported.
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"

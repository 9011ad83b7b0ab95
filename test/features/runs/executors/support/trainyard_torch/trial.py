"""A trial that finds everything."""

import json
import platform

found = {"python": platform.python_version(), "unsuited": [], "versions": {}, "torch": "0", "cuda": None, "rocm": None}
print(json.dumps({**found, "cards": [], "cardsFault": None}))

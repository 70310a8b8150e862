"""``python -m adme_labeler.worker JOB …``: the one entry point of every worker process."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from pathlib import Path

JOBS = {
    "train": ("adme_labeler.worker.train", ("run folder",)),
    "serve": ("adme_labeler.worker.serve", ("model folder", "features folder")),
    "import": ("adme_labeler.worker.import_job", ("job file",)),
    "preview": ("adme_labeler.worker.preview_job", ("job file",)),
    "export": ("adme_labeler.worker.export_job", ("job file",)),
    "report": ("adme_labeler.worker.report_job", ("job file",)),
    "merge": ("adme_labeler.worker.merge_job", ("job file",)),
    "encoder": ("adme_labeler.worker.encoder_job", ("job file",)),
    "evaluate": ("adme_labeler.worker.evaluate_job", ("job file",)),
}
"""Job -> module with ``run(*paths, channel) -> exit code``, and what its paths are."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m adme_labeler.worker")
    jobs = parser.add_subparsers(dest="job", required=True)
    for name, (_, paths) in JOBS.items():
        jobs.add_parser(name).add_argument(
            "paths", nargs=len(paths), metavar=tuple(paths), type=Path
        )
    wanted = parser.parse_args(arguments)

    # Read when torch loads its OpenMP: waiting threads must not burn the core that a busy
    # neighbour wants (two spinning threads are then slower than one).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # One thread for numpy and scipy: their products are small, and two threads on busy cores were
    # measured to be 50 times slower than one.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # oneDNN keeps a compiled kernel for each shape of a batch, 1,024 by default, and every batch
    # has its own shape: that grew to hundreds of megabytes. With 64 it is as fast.
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")

    from adme_labeler.worker.channel import Channel, guarded

    channel = Channel(wanted.job)
    logging.basicConfig(format="%(name)s: %(message)s")  # to stderr, which the window logs
    logging.getLogger("adme_labeler").setLevel(logging.INFO)
    module = JOBS[wanted.job][0]
    return guarded(channel, lambda: importlib.import_module(module).run(*wanted.paths, channel))


if __name__ == "__main__":
    sys.exit(main())

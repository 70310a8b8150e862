"""Messages between the window (or command line) and its worker processes.

Transport: one JSON object per line, UTF-8; every object carries its type in ``"type"``. The first
line of every worker is `Hello`; a client that reads another `PROTOCOL_VERSION` stops it. Workers
keep file descriptor 1 for these lines and send everything else to stderr. End of file on stdin
means that the application is gone.

    python -m adme_labeler.worker train RUN_DIR       run.json, snapshot.jsonl -> model/
    python -m adme_labeler.worker serve MODEL FEATURES  (MODEL: a model folder or an encoder folder)
    python -m adme_labeler.worker import JOB.json     -> LabelRead, FileDone, ImportDone
    python -m adme_labeler.worker preview JOB.json    -> TablePreviewed, PreviewDone
    python -m adme_labeler.worker export JOB.json     -> ExportDone
    python -m adme_labeler.worker report JOB.json     -> ExportDone
    python -m adme_labeler.worker merge JOB.json      -> EditedSource, EditedRows, EditedDone
    python -m adme_labeler.worker evaluate JOB.json   -> EvaluateDone
    python -m adme_labeler.worker encoder JOB.json    -> EncoderChecked
"""

from __future__ import annotations

import msgspec

from adme_labeler.protocol.base import (
    Cancel,
    Cancelled,
    Failed,
    GiveWay,
    Hello,
    Message,
    Progress,
    Shutdown,
)
from adme_labeler.protocol.encoders import (
    EncoderChecked,
    EncoderJob,
)
from adme_labeler.protocol.evaluating import (
    EvaluateDone,
    EvaluateJob,
)
from adme_labeler.protocol.exporting import (
    ExportCategory,
    ExportDone,
    ExportJob,
)
from adme_labeler.protocol.importing import (
    FileBegun,
    FileDone,
    ImportBegin,
    ImportDone,
    ImportJob,
    LabelLeft,
    LabelRead,
    ReportJob,
    Taken,
)
from adme_labeler.protocol.merging import (
    EditedDone,
    EditedRow,
    EditedRows,
    EditedSource,
    MergeJob,
)
from adme_labeler.protocol.serving import (
    AddSentences,
    CategorySets,
    Encoded,
    Examine,
    Examined,
    Example,
    Forget,
    Given,
    Prioritise,
    Ready,
    Refit,
    Refitted,
    Score,
    Scores,
    ScoresDone,
    SentenceInput,
    Similar,
    SimilarFound,
    SuspectFound,
)
from adme_labeler.protocol.tables import (
    ColumnPreview,
    PreviewDone,
    PreviewJob,
    TableLayout,
    TablePreviewed,
)
from adme_labeler.protocol.training import (
    CategoryMeasure,
    Comparison,
    HeldOutPrediction,
    Measurement,
    SnapshotRow,
    TrainFinished,
    TrainSettings,
)

__all__ = [
    "PROTOCOL_VERSION",
    "AddSentences",
    "Cancel",
    "Cancelled",
    "CategoryMeasure",
    "CategorySets",
    "ColumnPreview",
    "Comparison",
    "EditedDone",
    "EditedRow",
    "EditedRows",
    "EditedSource",
    "Encoded",
    "EncoderChecked",
    "EncoderJob",
    "EvaluateDone",
    "EvaluateJob",
    "Examine",
    "Examined",
    "Example",
    "ExportCategory",
    "ExportDone",
    "ExportJob",
    "Failed",
    "FileBegun",
    "FileDone",
    "Forget",
    "FromWorker",
    "GiveWay",
    "Given",
    "HeldOutPrediction",
    "Hello",
    "ImportBegin",
    "ImportDone",
    "ImportJob",
    "LabelLeft",
    "LabelRead",
    "Measurement",
    "MergeJob",
    "Message",
    "PreviewDone",
    "PreviewJob",
    "Prioritise",
    "Progress",
    "Ready",
    "Refit",
    "Refitted",
    "ReportJob",
    "Score",
    "Scores",
    "ScoresDone",
    "SentenceInput",
    "Shutdown",
    "Similar",
    "SimilarFound",
    "SnapshotRow",
    "SuspectFound",
    "TableLayout",
    "TablePreviewed",
    "Taken",
    "ToWorker",
    "TrainFinished",
    "TrainSettings",
    "decode_from_worker",
    "decode_to_worker",
    "encode",
]

PROTOCOL_VERSION = 1

FromWorker = (
    Hello
    | Progress
    | Failed
    | Cancelled
    | TrainFinished
    | Ready
    | Encoded
    | Refitted
    | Scores
    | ScoresDone
    | SimilarFound
    | Examined
    | LabelLeft
    | LabelRead
    | FileBegun
    | FileDone
    | ImportDone
    | TablePreviewed
    | PreviewDone
    | ExportDone
    | EditedSource
    | EditedRows
    | EditedDone
    | EvaluateDone
    | EncoderChecked
)
ToWorker = (
    Cancel
    | Shutdown
    | GiveWay
    | AddSentences
    | Forget
    | Prioritise
    | Refit
    | Similar
    | Examine
    | Taken
)

_encoder = msgspec.json.Encoder()
_from_worker = msgspec.json.Decoder(FromWorker)
_to_worker = msgspec.json.Decoder(ToWorker)


def encode(message: Message) -> bytes:
    """One line, with its newline."""
    return _encoder.encode(message) + b"\n"


def decode_from_worker(line: bytes) -> FromWorker:
    """Raises msgspec.DecodeError (or its ValidationError) for a line that is no message."""
    return _from_worker.decode(line)


def decode_to_worker(line: bytes) -> ToWorker:
    """Raises msgspec.DecodeError (or its ValidationError) for a line that is no message."""
    return _to_worker.decode(line)

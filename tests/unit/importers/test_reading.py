"""Files, folders and archives through `read_paths`, and the import job on the wire."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest

from adme_labeler import protocol
from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import LabelDraft, LabelType, Sections
from adme_labeler.importers import FileOutcome, files, read_paths
from adme_labeler.worker import import_job

PK = "<paragraph>It is absorbed. It is bound.</paragraph>"


def read(*paths: Path, types=frozenset({LabelType.PRESCRIPTION})):
    items = list(read_paths(paths, sections=Sections.PHARMACOKINETICS, types=types, columns={}))
    outcomes = [i for i in items if isinstance(i, FileOutcome)]
    return [i for i in items if isinstance(i, LabelDraft)], outcomes


def zipped(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return held.getvalue()


@pytest.fixture
def spl_bytes(spl) -> bytes:
    return spl.document(spl.pk(PK))


def test_one_bad_file_never_stops_the_rest(tmp_path, spl_bytes):
    (tmp_path / "a.xml").write_bytes(spl_bytes[:-200])
    (tmp_path / "b.xml").write_bytes(spl_bytes)
    labels, outcomes = read(tmp_path)
    assert len(labels) == 1
    assert [(o.path.name, o.status) for o in outcomes] == [("a.xml", "failed"), ("b.xml", "read")]
    assert outcomes[1] == FileOutcome(tmp_path / "b.xml", "read", "", 1, 2, 0)


def test_folders_are_walked_without_pictures_and_hidden_files(tmp_path, spl_bytes):
    (tmp_path / "deep" / ".hidden").mkdir(parents=True)
    for name in ("z.xml", "deep/a.xml", "deep/label.jpg", ".b.xml", "deep/.hidden/c.xml"):
        (tmp_path / name).write_bytes(spl_bytes)
    assert [p.name for p in files([tmp_path])] == ["a.xml", "z.xml"]


def test_a_missing_file_is_a_failed_one(tmp_path):
    _, (outcome,) = read(tmp_path / "gone.xml")
    assert (outcome.status, outcome.reason) == (
        "failed",
        "gone.xml cannot be opened (No such file or directory).",
    )


def test_a_dailymed_zip_is_read_without_its_pictures(tmp_path, spl_bytes):
    path = tmp_path / "label.zip"
    path.write_bytes(zipped(a__xml=spl_bytes, b__jpg=b"\xff\xd8\xff"))
    labels, (outcome,) = read(path)
    assert labels[0].source == "label.zip/a.xml"
    assert (outcome.status, outcome.labels, outcome.reason) == ("read", 1, "")


def test_a_zip_of_zips_is_read_and_its_broken_members_are_named(tmp_path, spl_bytes):
    path = tmp_path / "bulk.zip"
    inner = zipped(a__xml=spl_bytes)
    path.write_bytes(zipped(one__zip=inner, two__zip=b"PK\x03\x04 broken", three__xml=b"<x/>"))
    labels, outcomes = read(path)
    assert [x.source for x in labels] == ["bulk.zip/one.zip/a.xml"]
    assert [(o.path.name, o.status) for o in outcomes] == [
        ("two.zip", "failed"),
        ("three.xml", "failed"),
        ("bulk.zip", "read"),
    ]
    assert outcomes[-1].reason == "2 files inside could not be read."


@pytest.mark.parametrize("pack", ["zip", "gz", "plain"])
def test_openfda_bulk_files_are_read_packed_or_not(tmp_path, pack):
    result = {"set_id": "s", "pharmacokinetics": ["12.3 Pharmacokinetics It is absorbed."]}
    data = json.dumps({"meta": {}, "results": [result, {**result, "set_id": "t"}]}).encode()
    if pack == "zip":
        path = tmp_path / "bulk.json.zip"
        path.write_bytes(zipped(bulk__json=data))
    elif pack == "gz":
        path = tmp_path / "bulk.json.gz"
        path.write_bytes(gzip.compress(data))
    else:
        path = tmp_path / "bulk.json"
        path.write_bytes(data)
    labels, (outcome,) = read(path)
    assert [x.set_id for x in labels] == ["s", "t"]
    assert outcome.labels == 2


def test_other_label_types_are_left_out_and_said(tmp_path, spl):
    kind = '<code code="34390-5" displayName="HUMAN OTC DRUG LABEL"/>'
    path = tmp_path / "otc.xml"
    path.write_bytes(spl.document(spl.pk(PK), kind=kind))
    labels, (outcome,) = read(path)
    assert not labels
    assert (outcome.status, outcome.reason) == (
        "skipped",
        "otc.xml is an over-the-counter label. To take such labels too, tick their kind when "
        "adding files (--types otc).",
    )
    labels, _ = read(path, types=frozenset({LabelType.OTC}))
    assert len(labels) == 1


def test_a_label_without_pharmacokinetics_is_skipped_with_the_reason(tmp_path, spl):
    path = tmp_path / "a.xml"
    path.write_bytes(spl.document(spl.section("<paragraph>It may harm.</paragraph>", "WARNINGS")))
    _, (outcome,) = read(path)
    assert outcome.status == "skipped"
    assert "has no pharmacokinetics or clinical pharmacology section" in outcome.reason


def test_a_text_file_is_one_label_with_headings_and_unwrapped_lines(tmp_path):
    (tmp_path / "corvexa.txt").write_text(
        "CORVEXA label\n\nPharmacokinetics\n\nAbsorption\nIt is absor-\nbed within two\nhours.\n\n"
        "- Food has no effect.\n\nDistribution: It is bound.\n\nClinical Studies\n\nNot this.\n"
    )
    (label,), _ = read(tmp_path / "corvexa.txt")
    assert [(b.heading_path, b.text) for b in label.blocks] == [
        (("Pharmacokinetics", "Absorption"), "It is absorbed within two hours."),
        (("Pharmacokinetics", "Absorption"), "Food has no effect."),
        (("Pharmacokinetics", "Distribution"), "It is bound."),
    ]


# --------------------------------------------------------------------------- the job


class Wire:
    """Keeps what a job sends; cancels after `patience` questions."""

    def __init__(self, patience: int = 1_000_000) -> None:
        self.messages: list[protocol.Message] = []
        self.patience = patience

    def send(self, message: protocol.Message) -> None:
        self.messages.append(msgspec.json.decode(msgspec.json.encode(message), type=type(message)))

    def progress(self, progress: protocol.Progress) -> None:
        self.send(progress)

    def cancelled(self) -> bool:
        self.patience -= 1
        return self.patience < 0

    def of(self, kind: type) -> list:
        return [m for m in self.messages if isinstance(m, kind)]


def job(tmp_path: Path, *paths: Path, **more) -> Path:
    path = tmp_path / "job.json"
    path.write_bytes(
        msgspec.json.encode(protocol.ImportJob(paths=tuple(str(p) for p in paths), **more))
    )
    return path


def test_the_job_hands_over_labels_files_and_an_end(tmp_path, spl_bytes):
    (tmp_path / "a.xml").write_bytes(spl_bytes)
    (tmp_path / "b.xml").write_bytes(b"")
    wire = Wire()
    code = import_job.run(job(tmp_path, tmp_path / "a.xml", tmp_path / "b.xml"), wire)
    assert code == 0
    assert [m.label.set_id for m in wire.of(protocol.LabelRead)] == ["set-1"]
    assert [(m.status, m.labels, m.sentences) for m in wire.of(protocol.FileDone)] == [
        ("read", 1, 2),
        ("failed", 0, 0),
    ]
    assert wire.messages[-1] == protocol.ImportDone(files=2, labels=1, sentences=2)
    steps = [(m.step, m.total) for m in wire.of(protocol.Progress)]
    assert steps[0] == (0, 2)
    assert steps[-1] == (2, 2)


def test_the_job_stops_between_labels_when_cancelled(tmp_path):
    result = {"set_id": "s", "pharmacokinetics": ["It is absorbed."]}
    data = {"results": [{**result, "set_id": str(n)} for n in range(50)]}
    (tmp_path / "a.json").write_text(json.dumps(data))
    wire = Wire(patience=20)
    assert import_job.run(job(tmp_path, tmp_path / "a.json"), wire) == 0
    assert 0 < len(wire.of(protocol.LabelRead)) < 50
    assert isinstance(wire.messages[-1], protocol.Cancelled)
    assert not wire.of(protocol.ImportDone)


def test_a_job_that_cannot_be_read_is_a_problem(tmp_path):
    with pytest.raises(ImportProblem, match="cannot be read"):
        import_job.run(job(tmp_path, sections="everything"), Wire())


# --------------------------------------------------------------------------- real labels


@pytest.mark.real_data
def test_every_real_file_is_read_or_says_why(real_data):
    labels, outcomes = read(*(real_data / n for n in ("spl", "spl_zip", "openfda", "not_spl")))
    assert len(labels) >= 330
    assert all(o.reason for o in outcomes if o.status != "read")
    failed = {o.path.parent.name for o in outcomes if o.status == "failed"}
    assert failed == {"not_spl", "openfda"}  # timestamp.json has no results
    spans = [b.text[s.start : s.end] for x in labels for b in x.blocks for s in b.spans]
    assert len(spans) > 9_000
    unfinished = [s for s in spans if s[-1:].isalnum() and len(s) > 200]
    assert len(unfinished) < len(spans) / 100


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such file names")
def test_a_file_name_that_is_no_unicode_text_fails_alone(tmp_path, spl_bytes):
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / os.fsdecode(b"\xff.xml")).write_bytes(spl_bytes)
    (folder / "z.xml").write_bytes(spl_bytes)
    wire = Wire()
    assert import_job.run(job(tmp_path, folder), wire) == 0
    failed, read = wire.of(protocol.FileDone)
    assert (failed.status, read.status) == ("failed", "read")
    assert failed.reason == "The name of \\xff.xml is not Unicode text; rename the file."

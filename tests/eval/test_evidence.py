"""Evidence as hostile input: whatever a folder holds, nothing outside of it is read or run."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speedwright.errors import UsageError
from speedwright.eval.candidate import Candidate
from speedwright.eval.evidence import read_evidence, write_evidence
from speedwright.eval.evidence_base import unpack_base
from speedwright.eval.profile_pair import ProfilePair
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest
from speedwright.eval.verdict import Judgement, Rejected
from speedwright.eval.verify import replication, verify_evidence

Maker = Callable[[Path, dict[str, str]], Path]

FILES = {
    "lib.py": "def total(n):\n    return sum(range(n))\n",
    "test_lib.py": "from lib import total\n\n\ndef test_total():\n    assert total(3) == 3\n",
}
WORKLOAD = "from lib import total\n\n\ndef workload():\n    return total(9)\n"
DIFF = (
    "--- a/lib.py\n+++ b/lib.py\n@@ -1,2 +1,2 @@\n def total(n):\n"
    "-    return sum(range(n))\n+    return n * (n - 1) // 2\n"
)


@pytest.fixture(scope="module")
def honest(repository_maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workload from outside of the target; nothing was measured for it."""
    place = tmp_path_factory.mktemp("honest")
    root = repository_maker(place / "target", FILES)
    (place / "outside.py").write_text(WORKLOAD)
    request = TargetRequest(path=root, sandbox="process", workload=str(place / "outside.py"))
    target = resolve_target(request, place / "scratch", NullProgress())
    return write_evidence(
        place / "evidence",
        target=target,
        candidate=Candidate(diff=DIFF, author="test"),
        judgement=Judgement(verdict=Rejected(reasons=("for a reason",))),
        seed=1,
        machine={"cores": 2},
        profiles=ProfilePair(base='{"x": 1}\n', note="no profile of the candidate: none"),
    )


@pytest.fixture
def evidence(honest: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(honest, tmp_path / "evidence"))


def edited(evidence: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    file = evidence / "evidence.json"
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))
    return evidence


def refused(evidence: Path, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        verify_evidence(evidence, sandbox="process", progress=NullProgress())


def test_what_was_written_is_read_and_told(honest: Path) -> None:
    record = read_evidence(honest)
    assert record.schema_version == 2
    assert record.claim["verdict"] == "rejected"
    assert record.notes == ["no profile of the candidate: none"]
    assert (honest / "profiles" / "base.speedscope.json").is_file()
    assert (honest / "workload" / "outside.py").read_text() == WORKLOAD
    text = (honest / "README.md").read_text()
    assert "speedwright verify ." in text
    assert "tar -xzf base.tar.gz" in text and "patch -p1" in text
    assert "for a reason" in text and "no profile of the candidate" in text


def test_evidence_of_the_first_version_is_still_read(evidence: Path) -> None:
    def old(document: dict[str, Any]) -> None:
        document["schema_version"] = 1
        del document["versions"], document["notes"]

    assert read_evidence(edited(evidence, old)).notes == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "damaged"),
        ("{", "damaged"),
        ("[1]", "schema version"),
        ('{"schema_version": 99}', "schema version `99`"),
        ('{"schema_version": true}', "schema version"),
        ('{"schema_version": 2}', "damaged: speedwright: Field required"),
        ("[" * 100_000, "damaged"),
        ('{"schema_version": 2, "seed": ' + "9" * 5000 + "}", "damaged"),
        ("\ud800", "damaged"),
    ],
)
def test_a_record_that_is_none_is_refused(evidence: Path, text: str, said: str) -> None:
    (evidence / "evidence.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    refused(evidence, said)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("claim", "verdict"), "splendid"),
        (("claim", "verdict"), ["faster"]),
        (("claim", "verdict"), "faster"),  # without numbers
        (("claim", "speedup"), "2"),
        (("claim", "speedup"), -1),
        (("claim", "ci_low"), float("nan")),
        (("target", "margin"), -0.5),
        (("target", "margin"), float("nan")),
        (("target", "workload_file"), "/etc/passwd"),
        (("target", "workload_file"), "../../secret.py"),
        (("target", "workload_file"), "a\0b.py"),
        (("target", "test"), []),
        (("target", "build"), ["x\0y"]),
        (("target", "unknown"), 1),
        (("seed",), "x"),
    ],
)
def test_nonsense_in_a_record_is_refused(
    evidence: Path, path: tuple[str, ...], value: object
) -> None:
    def put(document: dict[str, Any]) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value

    refused(edited(evidence, put), "damaged")


@pytest.mark.parametrize("name", ["evidence.json", "patch.diff", "base.tar.gz"])
@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "device", "missing"])
def test_only_plain_files_are_read(evidence: Path, name: str, kind: str) -> None:
    file = evidence / name
    file.rename(evidence.parent / "elsewhere")
    if kind == "link":
        file.symlink_to(evidence.parent / "elsewhere")
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    elif kind == "device":
        file.symlink_to("/dev/zero")
    refused(evidence, "no plain file|no evidence|does not include|no patch")


@pytest.mark.parametrize("name", ["evidence.json", "patch.diff", "base.tar.gz"])
def test_huge_files_are_not_read(evidence: Path, name: str) -> None:
    os.truncate(evidence / name, 200_000_000)  # sparse
    refused(evidence, "too large")


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_linked_workload_does_not_carry_files_of_this_machine_away(
    evidence: Path, kind: str
) -> None:
    secret = evidence.parent / "secret"
    secret.mkdir()
    (secret / "outside.py").write_text("def workload():\n    return 'secret'\n")
    if kind == "file":
        (evidence / "workload" / "outside.py").unlink()
        (evidence / "workload" / "outside.py").symlink_to(secret / "outside.py")
    else:
        shutil.rmtree(evidence / "workload")
        (evidence / "workload").symlink_to(secret)
    refused(evidence, "no plain file")


def test_a_workload_that_is_not_there_is_not_looked_for_elsewhere(
    evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(evidence / "workload")
    place = evidence.parent / "elsewhere" / ".speedwright-workload"
    place.mkdir(parents=True)
    (place / "outside.py").write_text(WORKLOAD)
    monkeypatch.chdir(place.parent)
    refused(evidence, "names no workload that it holds")


def test_results_are_not_written_through_a_link(evidence: Path) -> None:
    (evidence / "verified").symlink_to(evidence.parent / "elsewhere")
    refused(evidence, "is a link")
    assert not (evidence.parent / "elsewhere").exists()


@pytest.mark.parametrize(
    "line", ["numpy", "numpy>=1,<3", "name[extra]==1.0", "-r requirements.txt"]
)
def test_packages_are_installed_on_request_only(evidence: Path, line: str) -> None:
    def put(document: dict[str, Any]) -> None:
        document["target"]["requirements"] = [line]

    refused(edited(evidence, put), "--install")


@pytest.mark.parametrize(
    "line",
    [
        "--index-url http://example.org/simple", "evil @ file:///tmp/evil", "-e .", "./here",
        "git+https://example.org/x", "-r ../../etc/passwd", "-r /etc/passwd", "x\n-i y",
        "a --global-option=b",
    ],
)  # fmt: skip
def test_and_then_plain_packages_only(evidence: Path, line: str) -> None:
    def put(document: dict[str, Any]) -> None:
        document["target"]["requirements"] = [line]

    edited(evidence, put)
    with pytest.raises(UsageError, match="no plain package"):
        verify_evidence(evidence, sandbox="process", may_install=True, progress=NullProgress())


def packed(evidence: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(evidence / "base.tar.gz", "w:gz") as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return evidence


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, link
    return found


@pytest.mark.parametrize(
    "hostile",
    [
        member("../escaped.txt"),
        member("/tmp/escaped.txt"),
        member("a/../../escaped.txt"),
        member("link", tarfile.SYMTYPE, "/etc"),
        member("link", tarfile.SYMTYPE, "../.."),
        member("hard", tarfile.LNKTYPE, "/etc/passwd"),
        member("pipe", tarfile.FIFOTYPE),
        member("device", tarfile.CHRTYPE),
        member(".git/config"),
        member("sub/.GIT/hooks/post-checkout"),
    ],
    ids=lambda m: f"{m.name}-{m.type!r}",
)
def test_a_hostile_base_is_refused_and_leaves_nothing_outside(
    evidence: Path, tmp_path: Path, hostile: tarfile.TarInfo
) -> None:
    packed(evidence, (hostile, b""))
    into = tmp_path / "deep" / "er" / "into"
    into.mkdir(parents=True)
    with pytest.raises(UsageError, match=r"cannot be unpacked|git's own"):
        unpack_base(evidence, into)
    assert not [p for p in tmp_path.rglob("escaped.txt") if into not in p.parents]


@pytest.mark.parametrize(
    "members",
    [
        [member("here", tarfile.SYMTYPE, "."), member("here/file")],
        [member("file"), member("file")],
        [member("loop", tarfile.SYMTYPE, "loop")],
        [
            member("a/b/up", tarfile.SYMTYPE, "../.."),  # inside, and so is the next by its letters
            member("out", tarfile.SYMTYPE, "a/b/up/.."),
        ],
    ],
    ids=["through-a-link", "twice", "loop", "out-by-way-of-another"],
)
def test_what_no_base_holds_is_refused(
    evidence: Path, tmp_path: Path, members: list[tarfile.TarInfo]
) -> None:
    packed(evidence, *((one, b"") for one in members))
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(UsageError, match="cannot be unpacked"):
        unpack_base(evidence, into)


def test_files_links_and_modes_are_kept(evidence: Path, tmp_path: Path) -> None:
    run = member("bin/run")
    run.mode, run.size = 0o4777, 2
    packed(evidence, (run, b"go"), (member("bin/again", tarfile.SYMTYPE, "../bin/run"), b""))
    into = tmp_path / "into"
    into.mkdir()
    unpack_base(evidence, into)
    assert (into / "bin/again").is_symlink()
    assert (into / "bin/again").read_bytes() == b"go"
    assert (into / "bin/run").stat().st_mode & 0o7777 == 0o755


def test_a_base_that_unpacks_to_too_much_is_refused(evidence: Path, tmp_path: Path) -> None:
    bomb = member("zeros")
    bomb.size = 500_000_000
    with (
        Path("/dev/zero").open("rb") as zeros,
        tarfile.open(evidence / "base.tar.gz", "w:gz") as archive,
    ):
        archive.addfile(bomb, zeros)
    assert (evidence / "base.tar.gz").stat().st_size < 2_000_000
    with pytest.raises(UsageError, match="far more"):
        unpack_base(evidence, tmp_path / "into")


@pytest.mark.parametrize("keep", [0, 30, 100])
def test_a_damaged_base_is_told(evidence: Path, tmp_path: Path, keep: int) -> None:
    file = evidence / "base.tar.gz"
    file.write_bytes(file.read_bytes()[:keep] + b"x" * (keep == 0))
    with pytest.raises(UsageError, match="cannot be unpacked"):
        unpack_base(evidence, tmp_path)


def test_a_changed_base_is_told(evidence: Path) -> None:
    files = {**FILES, "lib.py": FILES["lib.py"].replace("range(n)", "range(n + 0)")}
    packed(evidence, *((member(name), text.encode()) for name, text in files.items()))
    refused(evidence, "not the one it was measured against")


def claim(word: str, low: float, high: float) -> dict[str, Any]:
    return {"verdict": word, "speedup": (low * high) ** 0.5, "ci_low": low, "ci_high": high}


@pytest.mark.parametrize(
    ("claimed", "found", "said"),
    [
        (claim("faster", 2, 3), claim("faster", 2.5, 4), "the claim replicates: 2.45x (2-3) was"),
        (claim("faster", 20, 30), claim("faster", 1.1, 1.2), "but not in size"),
        (claim("faster", 2, 3), claim("equivalent", 0.99, 1.0), "does not replicate here"),
        (claim("faster", 2, 3), {"verdict": "incorrect"}, "does not replicate here"),
        (claim("faster", 2, 3), claim("unstable", 0.5, 4), "nothing can be said here"),
        ({"verdict": "rejected"}, {"verdict": "rejected"}, "`rejected` again"),
    ],
)
def test_one_sentence_says_whether_it_replicates(
    claimed: dict[str, Any], found: dict[str, Any], said: str
) -> None:
    assert said in replication(claimed, found)

import configuration
import pytest
import snapshot_before

DIGEST = "sha256:" + 64 * "a"
OLD = f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/workbench-test-couchdb@{DIGEST}"
NEW = OLD.replace("a" * 64, "b" * 64)
THIRD = OLD.replace("a" * 64, "c" * 64)
REQUEST = "0d3f7c9e-1111-4222-8333-444455556666"


class Gate:
    """The gate of the service couchdb, as the container and the host see it."""

    def __init__(self, file):
        self.file = file
        volume = configuration.read(file)["volume"]["mountPoint"]
        self.folder = file.parent / volume / ".workbench/gate/couchdb"
        self.memory = file.parent / volume / ".workbench/allowed"
        self.folder.mkdir(parents=True)
        self.memory.mkdir()

    def put(self, name, text):
        (self.folder / name).write_text(text)

    def get(self, name):
        file = self.folder / name
        return file.read_text() if file.exists() else None

    def run(self):
        snapshot_before.main(str(self.file), "couchdb")

    def ask(self, image, request=REQUEST):
        """Asks as `prepare` does, and returns the answer without the request."""
        self.put("wanted", f"{request} {image}\n")
        self.run()
        asked, _, words = (self.get("allowed") or "").partition(" ")
        assert asked == request
        assert self.get("wanted") is None
        return words.strip()


@pytest.fixture
def gate(fake_aws, host):
    fake_aws.answer("CreateSnapshot", "<r><snapshotId>snap-0123456789abcdef0</snapshotId><status>pending</status></r>")
    return Gate(host(gates=["couchdb"], tags={"Name": "couchdb", "Project": "workbench"}))


def snapshots(fake_aws):
    """The image before which each snapshot was taken."""
    return [
        value
        for asked in fake_aws.arguments("CreateSnapshot")
        for name, value in asked.items()
        if name.endswith(".Value") and asked[name.replace(".Value", ".Key")] == "Before"
    ]


def test_the_first_image_opens_the_files_without_a_snapshot(fake_aws, gate):
    assert gate.ask(OLD) == f"no snapshot is due before {OLD} opens the files"
    assert snapshots(fake_aws) == []


def test_the_image_that_ran_opens_the_files_without_a_snapshot(fake_aws, gate):
    gate.put("ran", f"{OLD}\n")
    gate.ask(OLD)
    assert snapshots(fake_aws) == []


def test_another_image_opens_the_files_after_a_snapshot(fake_aws, gate):
    gate.put("ran", f"{OLD}\n")
    assert gate.ask(NEW) == f"the snapshot snap-0123456789abcdef0 was taken before {NEW} opens the files"
    (asked,) = fake_aws.arguments("CreateSnapshot")
    assert asked == {
        "Version": "2016-11-15",
        "VolumeId": "vol-0123456789abcdef0",
        "Description": f"before {NEW} opens the files of couchdb",
        "TagSpecification.1.ResourceType": "snapshot",
        "TagSpecification.1.Tag.1.Key": "Name",
        "TagSpecification.1.Tag.1.Value": "couchdb",
        "TagSpecification.1.Tag.2.Key": "Project",
        "TagSpecification.1.Tag.2.Value": "workbench",
        "TagSpecification.1.Tag.3.Key": "Service",
        "TagSpecification.1.Tag.3.Value": "couchdb",
        "TagSpecification.1.Tag.4.Key": "Before",
        "TagSpecification.1.Tag.4.Value": NEW,
    }


def test_what_is_in_memory_is_on_the_disk_before_the_snapshot(fake_aws, gate, monkeypatch):
    order = []
    monkeypatch.setattr(snapshot_before.subprocess, "run", lambda command, check: order.append(command[0]))
    respond = fake_aws.respond
    monkeypatch.setattr(fake_aws, "respond", lambda *asked: order.append(asked[1]) or respond(*asked))
    gate.put("ran", OLD)
    gate.ask(NEW)
    assert order == ["sync", "CreateSnapshot"]


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("an upgrade that fails at once and is tried again by the deployment", [("ran", OLD), NEW, NEW, NEW, [NEW]]),
        ("after a rollback, the upgrade is tried again", [("ran", OLD), NEW, OLD, NEW, [NEW, NEW]]),
        ("an upgrade that works, and the way back", [("ran", OLD), NEW, ("ran", NEW), NEW, OLD, [NEW, OLD]]),
        ("an upgrade that fails, and another one", [("ran", OLD), NEW, THIRD, [NEW, THIRD]]),
        ("the first image never works, and another one does", [OLD, OLD, NEW, ("ran", NEW), NEW, [NEW]]),
        ("a note that somebody spoilt", [OLD, ("ran", OLD), ("ran", "rubbish"), OLD, NEW, [NEW]]),
    ],
)  # fmt: skip
def test_snapshots_are_due(fake_aws, gate, story, expected):
    *steps, befores = expected
    for number, step in enumerate(steps):
        if isinstance(step, tuple):
            gate.put(*step)
        else:
            gate.ask(step, f"request-{number}")
    assert snapshots(fake_aws) == befores, story


@pytest.mark.parametrize("noted", ["unknown\n", "rubbish", ""])
def test_files_of_an_unknown_image_get_a_snapshot(fake_aws, gate, noted):
    (gate.memory / "couchdb").write_text(noted)
    gate.ask(OLD)
    assert snapshots(fake_aws) == [OLD]


def test_a_request_that_was_answered_is_not_answered_again(fake_aws, gate):
    gate.put("ran", OLD)
    gate.ask(NEW)
    gate.ask(OLD, "another-request")
    gate.ask(NEW, "the-last-request")
    gate.put("wanted", f"the-last-request {NEW}\n")
    gate.run()
    assert snapshots(fake_aws) == [NEW, NEW]
    assert gate.get("wanted") is None


def test_the_answer_to_an_old_request_allows_no_new_one(fake_aws, gate):
    gate.put("ran", OLD)
    gate.ask(OLD, "the-old-request")
    fake_aws.answer("CreateSnapshot", (403, "UnauthorizedOperation"))
    with pytest.raises(SystemExit):
        gate.ask(NEW, "the-new-request")
    assert gate.get("allowed").startswith("the-old-request ")
    assert gate.get("refused").startswith("the-new-request ")


def test_nothing_wanted_is_no_problem(fake_aws, gate):
    gate.run()
    assert gate.get("allowed") is None


@pytest.mark.parametrize(
    "passing", [(400, "SnapshotCreationPerVolumeRateExceeded"), (400, "ThrottlingException"), (503, "Unavailable")]
)
def test_waits_while_aws_asks_for_it(fake_aws, gate, clock, passing):
    gate.put("ran", OLD)
    fake_aws.answer("CreateSnapshot", passing, passing, "<snapshotId>snap-1</snapshotId>")
    assert gate.ask(NEW).startswith("the snapshot snap-1 was taken")
    assert clock.slept == [1, 2]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((403, "UnauthorizedOperation"), "403 UnauthorizedOperation from http"),
        ((400, "SnapshotLimitExceeded"), "400 SnapshotLimitExceeded from http"),
        ((400, "SnapshotCreationPerVolumeRateExceeded"), f"for {snapshot_before.LIMIT_SEC} seconds"),
        ("<nothing/>", "an answer without the id of a snapshot"),
    ],
)
def test_fails_and_refuses_with_one_sentence_without_a_snapshot(fake_aws, gate, answer, words):
    gate.put("ran", OLD)
    fake_aws.answer("CreateSnapshot", answer)
    with pytest.raises(SystemExit) as caught:
        gate.ask(NEW)
    request, _, sentence = gate.get("refused").partition(" ")
    assert request == REQUEST
    assert sentence.startswith(f"no snapshot of vol-0123456789abcdef0 before {NEW} opens the files: ")
    assert words in sentence
    assert sentence.count("\n") == 1
    assert str(caught.value) == f"snapshot-before: couchdb: {sentence.strip()}"
    assert gate.get("allowed") is None
    assert not (gate.memory / "couchdb").exists()


@pytest.mark.parametrize("image", ["", "couchdb", "a b:c", "x:y\nz", f"{OLD}f", "../x:1", "x" * 300 + ":1"])
def test_fails_and_refuses_what_is_no_image(fake_aws, gate, image):
    gate.put("wanted", f"{REQUEST} {image}")
    with pytest.raises(SystemExit, match=r"^snapshot-before: couchdb: "):
        gate.run()
    assert gate.get("wanted") is None
    assert gate.get("allowed") is None
    assert fake_aws.asked == []


@pytest.mark.parametrize("rubbish", ["", "x", "\n\n", "../../etc/passwd x", "{}", "a" * 100])
def test_fails_for_rubbish_which_it_takes_away(fake_aws, gate, rubbish):
    gate.put("wanted", rubbish)
    with pytest.raises(
        SystemExit, match=r'^snapshot-before: couchdb: wanted: expected "REQUEST IMAGE" in one line, got'
    ):
        gate.run()
    assert gate.get("wanted") is None
    assert gate.get("refused") is None


@pytest.mark.parametrize("name", ["wanted", "ran", "allowed", "refused"])
def test_no_link_leads_root_elsewhere(fake_aws, gate, tmp_path, name):
    secret = tmp_path / "secret"
    secret.write_text(f"{REQUEST} {NEW}")
    gate.put("ran", OLD)
    gate.put("wanted", f"{REQUEST} {NEW}\n")
    (gate.folder / name).unlink(missing_ok=True)
    (gate.folder / name).symlink_to(secret)
    gate.run()
    assert secret.read_text() == f"{REQUEST} {NEW}"
    assert snapshots(fake_aws) == ([] if name in ("wanted", "ran") else [NEW])


def test_fails_for_a_gate_that_is_a_link(fake_aws, gate, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    gate.folder.rmdir()
    gate.folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SystemExit, match=r"^snapshot-before: couchdb: no answer: .* 'couchdb'$"):
        gate.run()


@pytest.mark.parametrize(
    "image",
    [
        OLD,
        "couchdb:3.5",
        "apache/couchdb:3.5",
        "localhost:5000/a/b_c.d:1-x",
        f"couchdb:3.5@{DIGEST}",
        f"couchdb@{DIGEST}",
    ],
)
def test_knows_an_image(image):
    assert snapshot_before.parse_image(image) == image


def test_the_memory_is_one_line(fake_aws, gate):
    gate.ask(OLD)
    assert (gate.memory / "couchdb").read_text() == f"{OLD}\n"

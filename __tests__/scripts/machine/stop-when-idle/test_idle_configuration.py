import getpass

import idle_configuration
import pytest

GOOD = {"after-sec": "3600", "window-sec": "300", "ssh-port": "22", "jupyter-port": "20001", "user": getpass.getuser()}


def test_reads_what_it_writes(tmp_path):
    configuration = idle_configuration.checked(GOOD, "here")
    file = tmp_path / "file"
    file.write_text(idle_configuration.text_of(configuration))
    assert idle_configuration.read(file) == configuration == (3600, 300, 22, 20001, GOOD["user"])


@pytest.mark.parametrize(
    ("different", "sentence"),
    [
        ({"after-sec": "soon"}, r'^here: after-sec: expected a whole number above 0, got "soon"$'),
        ({"ssh-port": "0"}, r'^here: ssh-port: expected a whole number above 0, got "0"$'),
        (
            {"user": "no-such"},
            r'^here: user: expected a user of this machine, got "no-such"; name one that exists$',
        ),
        ({"more": "1"}, r"^here: expected the names after-sec, .*, user, got .*; remove more$"),
    ],
)
def test_fails_for_a_wrong_value(different, sentence):
    with pytest.raises(idle_configuration.ConfigurationError, match=sentence):
        idle_configuration.checked({**GOOD, **different}, "here")


def test_fails_for_a_value_that_is_missing():
    with pytest.raises(idle_configuration.ConfigurationError, match=r"^here: .* got none; add after-sec$"):
        idle_configuration.checked({}, "here")


def test_fails_without_the_file():
    with pytest.raises(
        idle_configuration.ConfigurationError,
        match=r"^/no/file: .* got No such file or directory; set ec2\.stopWhenIdle\.afterMinutes and deploy ec2$",
    ):
        idle_configuration.read("/no/file")

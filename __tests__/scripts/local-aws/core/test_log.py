"""The log of the server."""

from local_aws.core.log import log


def test_a_line_has_no_control_sequences(capsys):
    log("queue \x1b[31mred\nfake line")
    line = capsys.readouterr().err
    assert line.endswith("queue ?[31mred?fake line\n")
    assert line.count("\n") == 1

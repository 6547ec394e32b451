"""The folder of mail that nobody sends."""

from local_aws.services.sns import mail


def test_only_the_newest_mail_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(mail, "KEPT", 2)
    monkeypatch.setattr(mail, "_folder", tmp_path / "mail")
    for subject in ("one", "two", "three"):
        mail.write("case@example.org", "Case", subject, "body")
    files = sorted((tmp_path / "mail").iterdir())
    assert ["Subject: two" in files[0].read_text(), "Subject: three" in files[1].read_text(), len(files)] == [
        True,
        True,
        2,
    ]


def test_fails_to_get_another_header_or_folder_into_a_mail(tmp_path, monkeypatch):
    monkeypatch.setattr(mail, "_folder", tmp_path / "mail")
    mail.write("../a@example.org", "Case", "one\nBcc: b@example.org", "body")
    (file,) = tmp_path.rglob("*.eml")
    assert file.parent == tmp_path / "mail"
    assert "\nBcc" not in file.read_text()

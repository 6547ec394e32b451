"""A state of format 1 is read. It names the package's own classes by the modules that they were in before."""

import pickletools
from pathlib import Path

import pytest
from signing import client_with, credentials_of

# The names in a state of today, and those in their place in format 1.
FORMER = {
    "local_aws.core.pickling": "local_aws.pickling",
    "local_aws.core.crypto_pickling": "local_aws.crypto_pickling",
    "local_aws.services.s3.bodies": "local_aws.pickling",
    "restore_key": "_restore_key",
    "local_aws.services.sts.sessions": "local_aws.sessions",
}
TRUST = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture
def made(start, tmp_path):
    """Makes something of every kind that the package itself writes, and kills the local AWS."""
    aws = start(tmp_path / "home")
    s3, kms = aws.client("s3"), aws.client("kms")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="bucket", Key="key", Body=b"body")
    key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
    public_key = kms.get_public_key(KeyId=key)["PublicKey"]
    session = credentials_of(aws.client("sts").get_session_token()["Credentials"])
    aws.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=TRUST)
    aws.kill()
    return aws, key, public_key, session


def turn_back(folder: Path) -> set[str]:
    """Turns a saved state into one of format 1. Returns the names that it replaced."""
    replaced = set()
    header, _, graph = (folder / "state").read_bytes().partition(b"\n")
    (folder / "state").write_bytes(header.replace(b'"format": 2', b'"format": 1') + b"\n" + renamed(graph, replaced))
    for catalogue in folder.glob("catalogue-*"):
        catalogue.write_bytes(renamed(catalogue.read_bytes(), replaced))
    return replaced


def renamed(graph: bytes, replaced: set[str]) -> bytes:
    operations = list(pickletools.genops(graph))
    ends = [position for _, _, position in operations[1:]] + [len(graph)]
    written = []
    for (operation, argument, position), end in zip(operations, ends, strict=True):
        if operation.name == "SHORT_BINUNICODE" and argument in FORMER:
            replaced.add(argument)
            name = FORMER[argument].encode()
            written.append(operation.code.encode("latin1") + bytes([len(name)]) + name)
        elif operation.name != "FRAME":  # A frame holds the old length, and is optional.
            written.append(graph[position:end])
    return b"".join(written)


def test_a_state_of_format_1_is_read_and_saved_anew(made, tmp_path):
    aws, key, public_key, session = made
    folder = tmp_path / "home" / "api"
    assert turn_back(folder) == set(FORMER)
    for _ in range(2):
        aws.start()
        assert aws.client("s3").get_object(Bucket="bucket", Key="key")["Body"].read() == b"body"
        assert aws.client("kms").get_public_key(KeyId=key)["PublicKey"] == public_key
        assert client_with(aws, "s3", session).list_buckets()["Buckets"]
        assert [role["RoleName"] for role in aws.client("iam").list_roles()["Roles"] if role["Path"] == "/"] == ["role"]
        aws.stop()
    assert b'"format": 2' in (folder / "state").read_bytes()[:100]

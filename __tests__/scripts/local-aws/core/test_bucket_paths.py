"""S3's two forms of a URL."""

import pytest
from local_aws.core.bucket_paths import put_bucket_into_path


def request(host, path):
    return {"HTTP_HOST": host, "PATH_INFO": path, "RAW_URI": f"{path}?acl", "REQUEST_URI": f"{path}?acl"}


@pytest.mark.parametrize(
    ("host", "path", "host_after", "path_after"),
    [
        ("photos.s3.eu-west-1.amazonaws.com", "/a/b", "s3.eu-west-1.amazonaws.com", "/photos/a/b"),
        ("a.b.s3.amazonaws.com", "/", "s3.amazonaws.com", "/a.b/"),
        ("s3.eu-west-1.amazonaws.com", "/photos/a", "s3.eu-west-1.amazonaws.com", "/photos/a"),
        ("ec2.eu-west-1.amazonaws.com", "/", "ec2.eu-west-1.amazonaws.com", "/"),
    ],
)
def test_puts_the_bucket_of_a_host_into_the_path(host, path, host_after, path_after):
    environ = request(host, path)
    put_bucket_into_path(environ)
    assert environ == request(host_after, path_after)

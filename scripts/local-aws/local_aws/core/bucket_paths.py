"""S3's two forms of a URL. moto reads the bucket best from the path, and misreads some names of buckets in a host."""

from wsgiref.types import WSGIEnvironment

from .aws_names import bucket_of


def put_bucket_into_path(environ: WSGIEnvironment) -> None:
    """Turns `bucket.s3.eu-west-1.amazonaws.com/key` into `s3.eu-west-1.amazonaws.com/bucket/key`.

    Leaves a request without a bucket in its host alone. Call it after the signature was checked.
    """
    host = environ.get("HTTP_HOST", "")
    bucket = bucket_of(host)
    if bucket is None:
        return
    environ["HTTP_HOST"] = host[len(bucket) + 1 :]
    for name in ("PATH_INFO", "RAW_URI", "REQUEST_URI"):
        environ[name] = f"/{bucket}{environ[name]}"

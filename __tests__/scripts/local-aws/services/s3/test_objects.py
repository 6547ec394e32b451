"""S3: policies that are not enforced, and objects that must be new."""

import json

import pytest


def test_a_bucket_that_refuses_plain_http_takes_objects_here(aws):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="tls-only", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    deny = {
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::tls-only/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }  # fmt: skip
    s3.put_bucket_policy(Bucket="tls-only", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    s3.put_object(Bucket="tls-only", Key="key", Body=b"body")
    assert s3.get_object(Bucket="tls-only", Key="key")["Body"].read() == b"body"


def test_an_object_is_not_overwritten_when_it_must_be_new(aws):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="locks", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="locks", Key="state.tflock", Body=b"one", IfNoneMatch="*")
    with pytest.raises(s3.exceptions.ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket="locks", Key="state.tflock", Body=b"other", IfNoneMatch="*")

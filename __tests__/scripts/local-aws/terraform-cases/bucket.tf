# A bucket for Terraform's state. The versions of its objects are deleted with it.
data "aws_caller_identity" "this" {}
resource "aws_s3_bucket" "this" {
  bucket        = "state-case-${data.aws_caller_identity.this.account_id}"
  force_destroy = true
  tags          = { Name = "bucket-${var.step}" }
}
resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id
  versioning_configuration { status = var.step == 1 ? "Enabled" : "Suspended" }
}
resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default { sse_algorithm = "aws:kms" }
  }
}
resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id
  rule { object_ownership = "BucketOwnerEnforced" }
}
resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
resource "aws_s3_bucket_policy" "this" {
  bucket     = aws_s3_bucket.this.id
  depends_on = [aws_s3_bucket_public_access_block.this]
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Sid       = "TlsOnly${var.step}", Effect = "Deny", Principal = "*", Action = "s3:*",
    Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"],
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }] })
}
resource "aws_s3_object" "this" {
  bucket     = aws_s3_bucket.this.id
  key        = "folder/state ${var.step}.json"
  content    = jsonencode({ step = var.step })
  depends_on = [aws_s3_bucket_versioning.this, aws_s3_bucket_policy.this]
}
resource "aws_s3_object" "same_key" {
  bucket     = aws_s3_bucket.this.id
  key        = "kept"
  content    = "version ${var.step}"
  depends_on = [aws_s3_bucket_versioning.this, aws_s3_bucket_policy.this]
}

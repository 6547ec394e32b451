# A snapshot keeps its size when its volume grows, and a volume comes back from it.
resource "aws_ebs_volume" "origin" {
  availability_zone = "eu-west-1b"
  type              = "gp3"
  size              = 2 * var.step
  encrypted         = true
  tags              = { Name = "origin" }
}
resource "aws_ebs_snapshot" "this" {
  volume_id = aws_ebs_volume.origin.id
  tags      = { Name = "restore-case", Step = var.step }
  lifecycle { ignore_changes = [volume_id] }
}
data "aws_ebs_snapshot_ids" "this" {
  filter {
    name   = "snapshot-id"
    values = [aws_ebs_snapshot.this.id]
  }
}
data "aws_ebs_snapshot" "this" {
  snapshot_ids = data.aws_ebs_snapshot_ids.this.ids
}
resource "aws_ebs_volume" "copy" {
  availability_zone = "eu-west-1a"
  type              = "gp3"
  size              = 3
  snapshot_id       = data.aws_ebs_snapshot.this.id
  encrypted         = true
  tags              = { Name = "copy" }
  lifecycle {
    precondition {
      condition     = data.aws_ebs_snapshot.this.volume_size == 2
      error_message = "the snapshot's size changed with its volume: ${data.aws_ebs_snapshot.this.volume_size}"
    }
  }
}

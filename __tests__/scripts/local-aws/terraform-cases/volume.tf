# A data volume that grows, changes its speed, is snapshotted on a schedule, and leaves a snapshot behind.
data "aws_caller_identity" "this" {}
data "aws_availability_zones" "this" { state = "available" }

resource "aws_kms_key" "this" {
  description             = "volumes"
  enable_key_rotation     = true
  deletion_window_in_days = 7
}
resource "aws_ebs_volume" "this" {
  availability_zone = data.aws_availability_zones.this.names[0]
  type              = "gp3"
  size              = 4 * var.step
  iops              = var.step == 1 ? null : 3000 + 500 * var.step
  throughput        = 125 * var.step
  encrypted         = true
  kms_key_id        = aws_kms_key.this.arn
  final_snapshot    = true
  tags              = { Name = "volume-case", Step = var.step }
}
resource "aws_ebs_volume" "other" {
  availability_zone = data.aws_availability_zones.this.names[0]
  type              = var.step == 1 ? "gp2" : "gp3"
  iops              = var.step == 1 ? null : 3000 # the provider would carry over the 100 that gp2 had, which EBS refuses
  size              = 8
  tags              = { Name = "other" }
}
data "aws_ebs_volumes" "found" {
  tags = { Name = aws_ebs_volume.this.tags.Name }
  filter {
    name   = "status"
    values = ["creating", "available", "in-use"]
  }
}
data "aws_ebs_volume" "found" {
  filter {
    name   = "volume-id"
    values = data.aws_ebs_volumes.found.ids
  }
}
resource "aws_iam_role" "snapshots" {
  name               = "volume-case"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "dlm.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}
resource "aws_iam_role_policy_attachment" "snapshots" {
  role       = aws_iam_role.snapshots.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole"
}
resource "aws_dlm_lifecycle_policy" "this" {
  description        = "daily ${var.step}"
  execution_role_arn = aws_iam_role.snapshots.arn
  state              = "ENABLED"
  tags               = { Name = "policy-${var.step}" }
  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { Name = "volume-case" }
    schedule {
      name      = "daily"
      copy_tags = true
      create_rule {
        interval      = 24
        interval_unit = "HOURS"
        times         = ["03:00"]
      }
      retain_rule { count = 7 * var.step }
    }
  }
}
output "found" {
  value = [data.aws_ebs_volume.found.id == aws_ebs_volume.this.id, data.aws_ebs_volume.found.size, data.aws_ebs_volume.found.throughput]
}

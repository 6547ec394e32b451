# Desktops: a directory, its registration, an IP group, a WorkSpace.
data "aws_availability_zones" "all" { state = "available" }
data "aws_workspaces_bundle" "this" {
  owner = "AMAZON"
  name  = "Standard with Ubuntu 22.04"
}
resource "aws_vpc" "this" { cidr_block = "10.6.0.0/16" }
resource "aws_subnet" "this" {
  count             = 2
  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
  availability_zone = data.aws_availability_zones.all.names[count.index]
}
resource "aws_kms_key" "this" {
  description             = "desktops-case"
  deletion_window_in_days = 7
}
resource "aws_iam_role" "this" {
  name               = "workspaces_DefaultRole"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "workspaces.amazonaws.com" } }] })
}
resource "aws_directory_service_directory" "this" {
  name     = "corp.example.com"
  password = "only-4-this-Case"
  size     = "Small"
  type     = "SimpleAD"
  vpc_settings {
    vpc_id     = aws_vpc.this.id
    subnet_ids = aws_subnet.this[*].id
  }
  tags = { Step = var.step }
}
resource "aws_workspaces_ip_group" "office" {
  name = "desktops-case"
  rules {
    source      = "198.51.100.0/${23 + var.step}"
    description = "office"
  }
}
resource "aws_workspaces_directory" "this" {
  directory_id = aws_directory_service_directory.this.id
  subnet_ids   = aws_subnet.this[*].id
  ip_group_ids = [aws_workspaces_ip_group.office.id]
  self_service_permissions {
    restart_workspace   = true
    rebuild_workspace   = false
    switch_running_mode = var.step == 2
  }
  workspace_access_properties {
    device_type_android    = "DENY"
    device_type_chromeos   = "DENY"
    device_type_ios        = "DENY"
    device_type_linux      = var.step == 1 ? "DENY" : "ALLOW"
    device_type_osx        = "ALLOW"
    device_type_web        = "DENY"
    device_type_windows    = "ALLOW"
    device_type_zeroclient = "DENY"
  }
  workspace_creation_properties {
    enable_internet_access              = false
    user_enabled_as_local_administrator = false
    enable_maintenance_mode             = true
  }
  tags       = { Step = var.step }
  depends_on = [aws_iam_role.this]
}
resource "aws_workspaces_workspace" "this" {
  directory_id                   = aws_workspaces_directory.this.id
  bundle_id                      = data.aws_workspaces_bundle.this.id
  user_name                      = "Administrator"
  root_volume_encryption_enabled = true
  user_volume_encryption_enabled = true
  volume_encryption_key          = aws_kms_key.this.arn
  workspace_properties {
    compute_type_name                         = "STANDARD"
    running_mode                              = "AUTO_STOP"
    running_mode_auto_stop_timeout_in_minutes = 60 * var.step
    root_volume_size_gib                      = 80
    user_volume_size_gib                      = 50
  }
}

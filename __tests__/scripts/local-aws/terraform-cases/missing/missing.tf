# What the local AWS lacks. Each of these has to fail with the name of its call.
resource "aws_workspaces_connection_alias" "call" { connection_string = "desktops.example.com" }
resource "aws_kms_key" "parameter" {
  enable_key_rotation     = true
  rotation_period_in_days = 90
  deletion_window_in_days = 7
}
data "aws_ami" "base" {
  most_recent = true
  owners      = ["136693071363"]
  filter {
    name   = "name"
    values = ["debian-13-amd64-*"]
  }
}
resource "aws_instance" "parameter" {
  ami           = data.aws_ami.base.id
  instance_type = "t3.micro"
  cpu_options {
    core_count       = 1
    threads_per_core = 1
  }
}

# Notebooks: an Elastic Beanstalk environment, files on EFS, a classic load balancer.
data "aws_availability_zones" "all" { state = "available" }
data "aws_elastic_beanstalk_solution_stack" "docker" {
  most_recent = true
  name_regex  = "^64bit Amazon Linux 2023 (.*) running Docker$"
}
resource "aws_vpc" "this" { cidr_block = "10.4.0.0/16" }
resource "aws_subnet" "this" {
  count             = 2
  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
  availability_zone = data.aws_availability_zones.all.names[count.index]
}
resource "aws_security_group" "files" {
  name   = "notebooks-case"
  vpc_id = aws_vpc.this.id
}
resource "aws_efs_file_system" "notebooks" {
  creation_token  = "notebooks-case"
  encrypted       = true
  throughput_mode = var.step == 1 ? "bursting" : "elastic"
  lifecycle_policy { transition_to_ia = "AFTER_30_DAYS" }
}
resource "aws_efs_mount_target" "notebooks" {
  count           = 2
  file_system_id  = aws_efs_file_system.notebooks.id
  subnet_id       = aws_subnet.this[count.index].id
  security_groups = [aws_security_group.files.id]
}
resource "aws_efs_access_point" "notebooks" {
  file_system_id = aws_efs_file_system.notebooks.id
  posix_user {
    uid = 1000
    gid = 100
  }
  root_directory {
    path = "/notebooks"
    creation_info {
      owner_uid   = 1000
      owner_gid   = 100
      permissions = "750"
    }
  }
}
resource "aws_efs_backup_policy" "notebooks" {
  file_system_id = aws_efs_file_system.notebooks.id
  backup_policy { status = var.step == 1 ? "ENABLED" : "DISABLED" }
}
resource "aws_efs_file_system_policy" "notebooks" {
  file_system_id = aws_efs_file_system.notebooks.id
  policy         = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "tls", Effect = "Deny", Principal = { AWS = "*" }, Action = "*", Resource = aws_efs_file_system.notebooks.arn, Condition = { Bool = { "aws:SecureTransport" = "false" } } }] })
}
resource "aws_elb" "notebooks" {
  name                        = "notebooks-case"
  internal                    = true
  subnets                     = aws_subnet.this[*].id
  security_groups             = [aws_security_group.files.id]
  idle_timeout                = 60 * var.step
  connection_draining         = true
  connection_draining_timeout = 30 * var.step
  listener {
    lb_port           = 80
    lb_protocol       = "tcp"
    instance_port     = 80
    instance_protocol = "tcp"
  }
}
resource "aws_s3_bucket" "bundles" {
  bucket        = "notebooks-case"
  force_destroy = true
}
resource "aws_s3_object" "bundle" {
  count   = 2
  bucket  = aws_s3_bucket.bundles.id
  key     = "${count.index + 1}.zip"
  content = "zip"
}
resource "aws_elastic_beanstalk_application" "notebooks" {
  name        = "notebooks-case"
  description = "step ${var.step}"
}
resource "aws_elastic_beanstalk_application_version" "notebooks" {
  count       = 2
  name        = "v${count.index + 1}"
  application = aws_elastic_beanstalk_application.notebooks.name
  bucket      = aws_s3_bucket.bundles.id
  key         = aws_s3_object.bundle[count.index].key
}
resource "aws_elastic_beanstalk_environment" "notebooks" {
  name                = "notebooks-case"
  application         = aws_elastic_beanstalk_application.notebooks.name
  solution_stack_name = data.aws_elastic_beanstalk_solution_stack.docker.name
  version_label       = aws_elastic_beanstalk_application_version.notebooks[var.step - 1].name
  cname_prefix        = "notebooks-case"
  dynamic "setting" {
    for_each = {
      "aws:ec2:vpc/VPCId"                                         = aws_vpc.this.id
      "aws:ec2:vpc/Subnets"                                       = join(",", sort(aws_subnet.this[*].id))
      "aws:autoscaling:launchconfiguration/DisableIMDSv1"         = "true"
      "aws:elasticbeanstalk:environment/LoadBalancerType"         = "application"
      "aws:elasticbeanstalk:application:environment/FILES"        = aws_efs_file_system.notebooks.id
      "aws:elasticbeanstalk:application:environment/S${var.step}" = "only in one step"
    }
    content {
      namespace = split("/", setting.key)[0]
      name      = split("/", setting.key)[1]
      value     = setting.value
      resource  = ""
    }
  }
  tags = { Step = var.step }
}
output "notebooks" {
  value = [aws_elastic_beanstalk_environment.notebooks.cname, aws_elastic_beanstalk_environment.notebooks.version_label]
}

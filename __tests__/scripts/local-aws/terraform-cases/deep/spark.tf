# A Spark cluster without a way out: two groups, a step, policies.
resource "aws_vpc" "this" { cidr_block = "10.5.0.0/16" }
resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.5.0.0/24"
}
resource "aws_security_group" "this" {
  for_each               = toset(["primary", "core", "service"])
  name                   = "spark-case-${each.key}"
  vpc_id                 = aws_vpc.this.id
  revoke_rules_on_delete = true
}
resource "aws_iam_role" "this" {
  name               = "spark-case"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = ["elasticmapreduce.amazonaws.com", "ec2.amazonaws.com"] } }] })
}
resource "aws_iam_instance_profile" "this" {
  name = "spark-case"
  role = aws_iam_role.this.name
}
resource "aws_emr_security_configuration" "this" {
  name          = "spark-case"
  configuration = jsonencode({ InstanceMetadataServiceConfiguration = { MinimumInstanceMetadataServiceVersion = 2, HttpPutResponseHopLimit = 1 } })
}
resource "aws_emr_cluster" "this" {
  name                              = "spark-case"
  release_label                     = "emr-7.13.0"
  applications                      = ["Spark"]
  service_role                      = aws_iam_role.this.arn
  security_configuration            = aws_emr_security_configuration.this.name
  log_uri                           = "s3://spark-case/logs/"
  keep_job_flow_alive_when_no_steps = true
  termination_protection            = false
  step_concurrency_level            = var.step
  ec2_attributes {
    subnet_id                         = aws_subnet.this.id
    instance_profile                  = aws_iam_instance_profile.this.arn
    emr_managed_master_security_group = aws_security_group.this["primary"].id
    emr_managed_slave_security_group  = aws_security_group.this["core"].id
    service_access_security_group     = aws_security_group.this["service"].id
  }
  master_instance_group {
    name          = "primary"
    instance_type = "m5.xlarge"
  }
  core_instance_group {
    name           = "core"
    instance_type  = "m5.xlarge"
    instance_count = 1 + var.step
    ebs_config {
      size                 = 64
      type                 = "gp3"
      volumes_per_instance = 2
    }
  }
  bootstrap_action {
    name = "prepare"
    path = "s3://spark-case/prepare.sh"
    args = ["--quiet"]
  }
  step {
    name              = "first"
    action_on_failure = "CONTINUE"
    hadoop_jar_step {
      jar  = "command-runner.jar"
      args = ["spark-submit", "--version"]
    }
  }
  configurations_json = jsonencode([{ Classification = "spark", Properties = { maximizeResourceAllocation = "true" } }])
  auto_termination_policy { idle_timeout = 3600 * var.step }
  tags = { Step = var.step }
}
resource "aws_emr_managed_scaling_policy" "this" {
  cluster_id = aws_emr_cluster.this.id
  compute_limits {
    unit_type              = "Instances"
    minimum_capacity_units = 2
    maximum_capacity_units = 3 + var.step
  }
}
resource "aws_emr_instance_group" "task" {
  cluster_id     = aws_emr_cluster.this.id
  name           = "task"
  instance_type  = "m5.xlarge"
  instance_count = var.step
}

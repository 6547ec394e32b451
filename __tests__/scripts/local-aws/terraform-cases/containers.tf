# Containers: a cluster on an Auto Scaling group, a service that rolls out, a repository.
data "aws_availability_zones" "all" { state = "available" }
data "aws_ssm_parameter" "host" { name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id" }
resource "aws_vpc" "this" { cidr_block = "10.3.0.0/16" }
resource "aws_subnet" "this" {
  count             = 2
  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
  availability_zone = data.aws_availability_zones.all.names[count.index]
}
resource "aws_security_group" "host" {
  name   = "containers-case"
  vpc_id = aws_vpc.this.id
}
resource "aws_iam_role" "host" {
  name               = "containers-case"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"] } }] })
}
resource "aws_iam_instance_profile" "host" {
  name = "containers-case"
  role = aws_iam_role.host.name
}
resource "aws_launch_template" "host" {
  name_prefix            = "containers-case-"
  image_id               = data.aws_ssm_parameter.host.insecure_value
  instance_type          = var.step == 1 ? "t3.small" : "t3.medium"
  update_default_version = true
  user_data              = base64encode("#!/bin/sh\necho ECS_CLUSTER=containers-case >/etc/ecs/ecs.config\n")
  iam_instance_profile { arn = aws_iam_instance_profile.host.arn }
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
  monitoring { enabled = true }
  network_interfaces {
    security_groups             = [aws_security_group.host.id]
    associate_public_ip_address = false
    delete_on_termination       = true
  }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = 30
      volume_type = "gp3"
      encrypted   = true
    }
  }
  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "host" }
  }
}
resource "aws_autoscaling_group" "host" {
  name                      = "containers-case"
  min_size                  = var.step - 1
  max_size                  = 2
  vpc_zone_identifier       = aws_subnet.this[*].id
  protect_from_scale_in     = true
  force_delete              = true
  wait_for_capacity_timeout = "0"
  launch_template {
    id      = aws_launch_template.host.id
    version = aws_launch_template.host.latest_version
  }
  tag {
    key                 = "AmazonECSManaged"
    value               = "true"
    propagate_at_launch = true
  }
}
resource "aws_ecs_cluster" "this" {
  name = "containers-case"
  setting {
    name  = "containerInsights"
    value = var.step == 1 ? "enabled" : "disabled"
  }
}
resource "aws_ecs_capacity_provider" "host" {
  name = "containers-case"
  auto_scaling_group_provider {
    auto_scaling_group_arn         = aws_autoscaling_group.host.arn
    managed_termination_protection = "ENABLED"
    managed_scaling {
      status          = "ENABLED"
      target_capacity = 100
    }
  }
}
resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = [aws_ecs_capacity_provider.host.name]
}
resource "aws_ecs_task_definition" "database" {
  family                   = "containers-case"
  requires_compatibilities = ["EC2"]
  network_mode             = "bridge"
  task_role_arn            = aws_iam_role.host.arn
  container_definitions = jsonencode([{
    name         = "database"
    image        = "database:${var.step}"
    memory       = 512
    essential    = true
    portMappings = [{ containerPort = 5984, hostPort = 5984, protocol = "tcp" }]
    mountPoints  = [{ containerPath = "/data", sourceVolume = "data" }]
  }])
  volume {
    name      = "data"
    host_path = "/data"
  }
}
resource "aws_ecs_service" "database" {
  name            = "database"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.database.arn
  # Nothing registers a container instance here, and without one a service has no tasks.
  desired_count                      = 0
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  wait_for_steady_state              = true
  enable_execute_command             = var.step == 2
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.host.name
    weight            = 1
  }
  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.instance-type =~ t3.*"
  }
  tags       = { Step = var.step }
  depends_on = [aws_ecs_cluster_capacity_providers.this]
}
resource "aws_ecs_task_definition" "app" {
  family                   = "containers-case-app"
  requires_compatibilities = ["EC2"]
  track_latest             = true
  skip_destroy             = true
  execution_role_arn       = aws_iam_role.host.arn
  container_definitions = jsonencode([
    {
      name      = "prepare"
      image     = "app:${var.step}"
      memory    = 64
      essential = false
    },
    {
      name             = "app"
      image            = "app:${var.step}"
      memory           = 256
      extraHosts       = [{ hostname = "localhost.localdomain", ipAddress = "172.17.0.1" }]
      secrets          = [{ name = "PASSWORD", valueFrom = "/containers-case/password" }]
      dependsOn        = [{ containerName = "prepare", condition = "SUCCESS" }]
      healthCheck      = { command = ["CMD-SHELL", "true"] }
      stopTimeout      = 60
      logConfiguration = { logDriver = "awslogs", options = { awslogs-group = "containers-case", awslogs-region = "eu-west-1", awslogs-stream-prefix = "app" } }
    },
  ])
}
resource "aws_ecs_service" "app" {
  name                               = "app"
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.app.arn
  launch_type                        = "EC2"
  desired_count                      = 0
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  wait_for_steady_state              = true
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  placement_constraints {
    type       = "memberOf"
    expression = "ec2InstanceId in ['i-0a', 'i-0b']"
  }
}
resource "aws_ecs_service" "daemon" {
  name                = "daemon"
  cluster             = aws_ecs_cluster.this.id
  task_definition     = aws_ecs_task_definition.database.arn
  scheduling_strategy = "DAEMON"
  launch_type         = "EC2"
}
resource "aws_ecr_repository" "app" {
  name                 = "containers-case"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = true
  image_scanning_configuration { scan_on_push = true }
}
resource "aws_ecr_lifecycle_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy     = jsonencode({ rules = [{ rulePriority = 1, description = "untagged", selection = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 * var.step }, action = { type = "expire" } }] })
}
data "aws_instances" "host" {
  filter {
    name   = "tag:aws:autoscaling:groupName"
    values = [aws_autoscaling_group.host.name]
  }
  instance_state_names = ["running"]
  depends_on           = [aws_autoscaling_group.host]
}
data "aws_instance" "host" {
  count       = var.step - 1
  instance_id = data.aws_instances.host.ids[count.index]
}
output "hosts" {
  value = [for each in data.aws_instance.host : [
    each.instance_type,
    each.iam_instance_profile,
    each.vpc_security_group_ids == toset([aws_security_group.host.id]),
    each.monitoring,
    each.metadata_options[0].http_tokens,
    contains(aws_subnet.this[*].id, each.subnet_id),
  ]]
}

# Application and network load balancers, and a service behind one.
data "aws_availability_zones" "all" { state = "available" }
resource "aws_vpc" "this" { cidr_block = "10.7.0.0/16" }
resource "aws_subnet" "this" {
  count             = 2
  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
  availability_zone = data.aws_availability_zones.all.names[count.index]
}
resource "aws_security_group" "this" {
  name   = "balancers-case"
  vpc_id = aws_vpc.this.id
}
resource "aws_lb" "application" {
  name                       = "balancers-case-a"
  internal                   = true
  subnets                    = aws_subnet.this[*].id
  security_groups            = [aws_security_group.this.id]
  idle_timeout               = 60 * var.step
  drop_invalid_header_fields = true
}
resource "aws_lb" "network" {
  name               = "balancers-case-n"
  internal           = true
  load_balancer_type = "network"
  subnets            = aws_subnet.this[*].id
}
resource "aws_lb_target_group" "this" {
  name        = "balancers-case"
  port        = 8888
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.this.id
  health_check { path = "/step${var.step}" }
  stickiness {
    type            = "lb_cookie"
    cookie_duration = 3600
  }
}
resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.application.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}
resource "aws_ecs_cluster" "this" { name = "balancers-case" }
resource "aws_ecs_task_definition" "this" {
  family                = "balancers-case"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "notebook", image = "notebook:${var.step}", memory = 128, essential = true, portMappings = [{ containerPort = 8888 }] }])
}
resource "aws_ecs_service" "this" {
  name                              = "balancers-case"
  cluster                           = aws_ecs_cluster.this.id
  task_definition                   = aws_ecs_task_definition.this.arn
  desired_count                     = var.step
  launch_type                       = "EC2"
  propagate_tags                    = "SERVICE"
  enable_ecs_managed_tags           = true
  health_check_grace_period_seconds = 60
  wait_for_steady_state             = true
  network_configuration {
    subnets         = aws_subnet.this[*].id
    security_groups = [aws_security_group.this.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = "notebook"
    container_port   = 8888
  }
  depends_on = [aws_lb_listener.this]
}

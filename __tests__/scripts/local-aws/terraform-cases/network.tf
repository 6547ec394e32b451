# A VPC with everything that one may have: subnets of two zones, gateways, endpoints, groups that name each other, flow
# logs. The second step adds a zone's NAT gateway and changes what AWS changes in place.
locals {
  zones = ["eu-west-1a", "eu-west-1b"]
}
resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "network-${var.step}" }
}
resource "aws_default_security_group" "this" {
  vpc_id  = aws_vpc.this.id
  ingress = []
  egress  = []
}
resource "aws_subnet" "public" {
  count             = 2
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.0.${count.index}.0/24"
  availability_zone = local.zones[count.index]
}
resource "aws_subnet" "private" {
  count             = 2
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.0.1${count.index}.0/24"
  availability_zone = local.zones[count.index]
}
resource "aws_internet_gateway" "this" { vpc_id = aws_vpc.this.id }
resource "aws_route_table" "public" { vpc_id = aws_vpc.this.id }
resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}
resource "aws_route_table_association" "public" {
  count          = 2
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}
resource "aws_eip" "nat" {
  count      = var.step
  domain     = "vpc"
  depends_on = [aws_internet_gateway.this]
}
resource "aws_nat_gateway" "this" {
  count         = var.step
  allocation_id = aws_eip.nat[count.index].id
  subnet_id     = aws_subnet.public[count.index].id
}
resource "aws_route_table" "private" {
  count  = 2
  vpc_id = aws_vpc.this.id
}
resource "aws_route" "private" {
  count                  = 2
  route_table_id         = aws_route_table.private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[min(count.index, var.step - 1)].id
}
resource "aws_route_table_association" "private" {
  count          = 2
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private[count.index].id
}
data "aws_vpc_endpoint_service" "this" {
  for_each     = { s3 = "Gateway", dynamodb = "Gateway", ssm = "Interface" }
  service      = each.key
  service_type = each.value
}
data "aws_caller_identity" "this" {}
locals {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Sid       = "Step${var.step}", Effect = "Allow", Principal = "*", Action = "*", Resource = "*",
    Condition = { StringEquals = { "aws:PrincipalAccount" = data.aws_caller_identity.this.account_id } }
  }] })
}
resource "aws_vpc_endpoint" "gateway" {
  for_each          = toset(["s3", "dynamodb"])
  vpc_id            = aws_vpc.this.id
  service_name      = data.aws_vpc_endpoint_service.this[each.key].service_name
  vpc_endpoint_type = "Gateway"
  route_table_ids   = slice(aws_route_table.private[*].id, 0, var.step)
  policy            = local.policy
}
resource "aws_vpc_endpoint" "interface" {
  vpc_id              = aws_vpc.this.id
  service_name        = data.aws_vpc_endpoint_service.this["ssm"].service_name
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = slice(aws_subnet.private[*].id, 0, var.step)
  security_group_ids  = [aws_security_group.endpoint.id]
  policy              = local.policy
}
resource "aws_security_group" "machines" {
  name   = "network-case-machines"
  vpc_id = aws_vpc.this.id
}
resource "aws_security_group" "endpoint" {
  name   = "network-case-endpoint"
  vpc_id = aws_vpc.this.id
}
resource "aws_vpc_security_group_ingress_rule" "endpoint" {
  security_group_id            = aws_security_group.endpoint.id
  referenced_security_group_id = aws_security_group.machines.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  description                  = "Step ${var.step}"
}
resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.machines.id
  prefix_list_id    = aws_vpc_endpoint.gateway[var.step == 1 ? "s3" : "dynamodb"].prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  description       = "Step ${var.step}"
}
resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id            = aws_security_group.machines.id
  referenced_security_group_id = aws_security_group.machines.id
  ip_protocol                  = "-1"
  description                  = "Step ${var.step}"
}
resource "aws_vpc_security_group_egress_rule" "ipv6" {
  security_group_id = aws_security_group.machines.id
  cidr_ipv6         = "2001:db8:${var.step}::/48"
  ip_protocol       = "-1"
  description       = "Step ${var.step}"
}
resource "aws_cloudwatch_log_group" "this" {
  name              = "/network-case"
  retention_in_days = 30 * var.step
}
resource "aws_iam_role" "flow_log" {
  name = "network-case"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Principal = { Service = "vpc-flow-logs.amazonaws.com" }, Action = "sts:AssumeRole"
  }] })
}
resource "aws_flow_log" "this" {
  vpc_id          = aws_vpc.this.id
  traffic_type    = "ALL"
  log_destination = aws_cloudwatch_log_group.this.arn
  iam_role_arn    = aws_iam_role.flow_log.arn
}

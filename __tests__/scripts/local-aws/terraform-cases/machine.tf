# A machine with everything that one may have: Debian, elastic address, role, security group, attached volume.
data "aws_ami_ids" "debian" {
  owners = ["136693071363"]
  filter {
    name   = "name"
    values = ["debian-13-amd64-*"]
  }
}
data "aws_ami" "debian" {
  most_recent = true
  owners      = ["136693071363"]
  filter {
    name   = "name"
    values = ["debian-13-amd64-*"]
  }
  filter {
    name   = "architecture"
    values = ["x86_64"]
  }
  lifecycle {
    postcondition {
      condition     = self.name == "debian-13-amd64-20261005-2400" && self.root_device_name == "/dev/xvda"
      error_message = "expected the newest Debian image, got ${self.name} with ${self.root_device_name}"
    }
  }
}
data "aws_vpc" "default" { default = true }
data "aws_subnet" "this" {
  vpc_id            = data.aws_vpc.default.id
  availability_zone = "eu-west-1b"
  default_for_az    = true
}
data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}
resource "aws_iam_role" "this" {
  name               = "machine-case"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}
resource "aws_iam_role_policy_attachment" "ssm" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}
resource "aws_iam_role_policy" "this" {
  name   = "statements"
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::b${var.step}/*" }] })
}
resource "aws_iam_instance_profile" "this" {
  name = "machine-case"
  role = aws_iam_role.this.name
}
resource "aws_key_pair" "this" {
  key_name   = "machine-case"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGGJqWjGk0gkEoFYx3qYnCzl6pUYH3ZhkJpTQ6fWzJ4p me@example"
}
resource "aws_security_group" "this" {
  name                   = "machine-case"
  description            = "SSH to the machine"
  vpc_id                 = data.aws_vpc.default.id
  revoke_rules_on_delete = true
}
resource "aws_vpc_security_group_ingress_rule" "ssh" {
  for_each          = toset(var.step == 1 ? ["192.0.2.0/24"] : ["192.0.2.0/24", "198.51.100.7/32"])
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 2222
  to_port           = 2222
  description       = "SSH"
}
resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
resource "aws_instance" "this" {
  ami                         = data.aws_ami.debian.id
  instance_type               = var.step == 1 ? "t3.medium" : "t3.large"
  subnet_id                   = data.aws_subnet.this.id
  vpc_security_group_ids      = [aws_security_group.this.id]
  key_name                    = aws_key_pair.this.key_name
  iam_instance_profile        = aws_iam_instance_profile.this.name
  monitoring                  = var.step == 1
  user_data                   = "#!/bin/bash\necho first boot\n"
  user_data_replace_on_change = true
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  root_block_device {
    encrypted   = true
    volume_type = "gp3"
    volume_size = 10 * var.step
  }
  tags = { Name = "machine-${var.step}" }
}
resource "aws_eip" "this" { domain = "vpc" }
resource "aws_eip_association" "this" {
  allocation_id = aws_eip.this.allocation_id
  instance_id   = aws_instance.this.id
}
resource "aws_ebs_volume" "data" {
  availability_zone = data.aws_subnet.this.availability_zone
  type              = "gp3"
  size              = 3
}
resource "aws_volume_attachment" "data" {
  device_name                    = "/dev/sdf"
  volume_id                      = aws_ebs_volume.data.id
  instance_id                    = aws_instance.this.id
  stop_instance_before_detaching = true
}
# The machine as the API describes it after each step.
data "aws_instance" "seen" {
  instance_id = aws_instance.this.id
  depends_on  = [aws_eip_association.this, aws_volume_attachment.data]
}
output "seen" {
  value = {
    keeps_address = data.aws_instance.seen.public_ip == aws_eip.this.public_ip
    never_routed  = can(regex("^198[.]1[89][.]", aws_eip.this.public_ip))
    state         = data.aws_instance.seen.instance_state
    groups        = data.aws_instance.seen.vpc_security_group_ids == toset([aws_security_group.this.id])
    root          = [for disk in data.aws_instance.seen.root_block_device : [disk.device_name, disk.volume_size, disk.encrypted]]
    disks         = [for disk in data.aws_instance.seen.ebs_block_device : disk.device_name]
  }
}

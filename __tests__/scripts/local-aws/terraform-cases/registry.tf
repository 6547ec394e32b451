# A registry: repositories with their rules, and what a client needs to push to them.
resource "aws_ecr_repository" "app" {
  name                 = "registry-case/app"
  image_tag_mutability = var.step == 1 ? "MUTABLE" : "IMMUTABLE"
  force_delete         = true
  image_scanning_configuration { scan_on_push = var.step == 2 }
  encryption_configuration { encryption_type = "AES256" }
  tags = { Step = var.step }
}
resource "aws_ecr_repository" "kept" {
  name                 = "registry-case/kept"
  image_tag_mutability = "IMMUTABLE"
  image_scanning_configuration { scan_on_push = true }
  encryption_configuration { encryption_type = "KMS" }
}
resource "aws_ecr_repository_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Sid       = "Pull${var.step}"
    Effect    = "Allow"
    Principal = { AWS = "arn:aws:iam::123456789012:root" }
    Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
  }] })
}
resource "aws_ecr_lifecycle_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({ rules = [{
    rulePriority = 1
    description  = "the newest stay"
    selection    = { tagStatus = "untagged", countType = "imageCountMoreThan", countNumber = 10 * var.step }
    action       = { type = "expire" }
  }] })
}
data "aws_ecr_repository" "app" { name = aws_ecr_repository.app.name }
data "aws_ecr_authorization_token" "this" {}
output "seen" {
  value = {
    url        = data.aws_ecr_repository.app.repository_url
    mutability = data.aws_ecr_repository.app.image_tag_mutability
    user       = nonsensitive(data.aws_ecr_authorization_token.this.user_name)
    # Of this computer: the port of the API, which is another one in each run.
    endpoint = replace(nonsensitive(data.aws_ecr_authorization_token.this.proxy_endpoint), "/:[0-9]+$/", "")
  }
}

# Shared by every case: the provider as the stacks have it, and the step that a case is at.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
variable "step" {
  type    = number
  default = 1
}
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { Project = "case" }
  }
}

# All cases share this file: the provider, and the step of a case.
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

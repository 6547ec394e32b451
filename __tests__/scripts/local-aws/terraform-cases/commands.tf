# Documents and an association. No machine is there: the association waits for one.

resource "aws_ssm_document" "load" {
  name            = "load"
  document_type   = "Command"
  document_format = "JSON"
  content = jsonencode({
    schemaVersion = "2.2"
    description   = "step ${var.step}"
    parameters    = { Bucket = { type = "String", default = "none" } }
    mainSteps     = [{ action = "aws:runShellScript", name = "load", inputs = { runCommand = ["echo {{ Bucket }}"] } }]
  })
}

resource "aws_ssm_document" "check" {
  name            = "check"
  document_type   = "Command"
  document_format = "YAML"
  target_type     = "/AWS::EC2::Instance"
  content         = <<-YAML
    schemaVersion: '2.2'
    description: check
    mainSteps:
      - action: aws:runShellScript
        name: check
        inputs:
          runCommand:
            - 'true'
  YAML
}

resource "aws_ssm_association" "load" {
  name                = aws_ssm_document.load.name
  association_name    = "load-servers"
  document_version    = "$LATEST"
  schedule_expression = "rate(${var.step} day${var.step == 1 ? "" : "s"})"
  parameters          = { Bucket = "servers-${var.step}" }
  compliance_severity = "HIGH"
  max_concurrency     = "50%"
  max_errors          = "1"
  tags                = { Step = var.step }

  targets {
    key    = "tag:Role"
    values = ["server"]
  }

  output_location {
    s3_bucket_name = "outputs"
    s3_key_prefix  = "load"
  }
}

resource "aws_ssm_association" "script" {
  name       = "AWS-RunShellScript"
  parameters = { commands = "echo ${var.step}" }

  targets {
    key    = "InstanceIds"
    values = ["i-0123456789abcdef0"]
  }
}

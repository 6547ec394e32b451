# What tells of a container stack: logs, a topic, queues with dead letters, alarms, and a rule for its events.
data "aws_caller_identity" "this" {}
resource "aws_cloudwatch_log_group" "this" {
  name              = "/messages-case/database"
  retention_in_days = var.step == 1 ? 7 : 30
}
resource "aws_cloudwatch_log_group" "events" {
  name              = "/aws/events/messages-case"
  retention_in_days = 1
}
resource "aws_cloudwatch_log_resource_policy" "events" {
  policy_name = "messages-case"
  policy_document = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect    = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "${aws_cloudwatch_log_group.events.arn}:*",
    Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
  }] })
}
resource "aws_sns_topic" "this" {
  name         = "messages-case"
  display_name = "Case ${var.step}"
}
resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Sid       = "Services${var.step}", Effect = "Allow", Action = "sns:Publish", Resource = aws_sns_topic.this.arn,
    Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] },
    Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }
  }] })
}
resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = "case-${var.step}@example.org"
}
resource "aws_sns_topic_subscription" "queue" {
  topic_arn            = aws_sns_topic.this.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.this.arn
  raw_message_delivery = var.step == 2
  filter_policy        = var.step == 2 ? jsonencode({ kind = ["alarm"] }) : null
}
resource "aws_sqs_queue" "this" {
  name                       = "messages-case"
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = 86400 * var.step
  visibility_timeout_seconds = 60
  receive_wait_time_seconds  = 20
}
resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.url
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect    = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.this.arn, Principal = { Service = "sns.amazonaws.com" },
    Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.this.arn } }
  }] })
}
resource "aws_sqs_queue" "dead_letters" {
  name                      = "messages-case-dead-letters"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}
resource "aws_sqs_queue_redrive_policy" "this" {
  queue_url      = aws_sqs_queue.this.url
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead_letters.arn, maxReceiveCount = 3 + var.step })
}
resource "aws_sqs_queue_redrive_allow_policy" "this" {
  queue_url            = aws_sqs_queue.dead_letters.url
  redrive_allow_policy = jsonencode({ redrivePermission = "byQueue", sourceQueueArns = [aws_sqs_queue.this.arn] })
}
resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "messages-case-dead-letters"
  alarm_description   = "A message was given up."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.step - 1
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}
resource "aws_cloudwatch_metric_alarm" "volume" {
  alarm_name          = "messages-case-volume"
  namespace           = "Workbench"
  metric_name         = "VolumeUsedPercent"
  dimensions          = { Cluster = "messages-case" }
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 1 + var.step
  datapoints_to_alarm = var.step
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 80
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.this.arn]
}
resource "aws_cloudwatch_event_rule" "tasks" {
  name        = "messages-case"
  description = "Step ${var.step}"
  event_pattern = jsonencode({
    source      = ["aws.ecs"], detail-type = ["ECS Task State Change"],
    detail      = { lastStatus = ["STOPPED"], group = [{ prefix = "service:" }], stoppedReason = [{ anything-but = { prefix = "Scaling" } }] }
  })
}
resource "aws_cloudwatch_event_target" "topic" {
  rule = aws_cloudwatch_event_rule.tasks.name
  arn  = aws_sns_topic.this.arn
  input_transformer {
    input_paths    = { reason = "$.detail.stoppedReason", task = "$.resources[0]" }
    input_template = "\"Step ${var.step}: <task> stopped: <reason>\""
  }
}
resource "aws_cloudwatch_event_target" "log" {
  rule = aws_cloudwatch_event_rule.tasks.name
  arn  = aws_cloudwatch_log_group.events.arn
}
resource "aws_secretsmanager_secret" "this" {
  name                    = "messages-case"
  recovery_window_in_days = 0
}
resource "aws_secretsmanager_secret_version" "this" {
  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = "password-${var.step}"
}
data "aws_secretsmanager_secret_version" "this" { secret_id = aws_secretsmanager_secret_version.this.secret_id }
output "seen" {
  value = {
    mail_waits = aws_sns_topic_subscription.mail.pending_confirmation
    group      = aws_cloudwatch_log_group.this.kms_key_id
    secret     = nonsensitive(data.aws_secretsmanager_secret_version.this.secret_string)
  }
}

# A secret whose value Secrets Manager generates anew at each step, and that no state holds.
ephemeral "aws_secretsmanager_random_password" "generated" {
  password_length    = 24
  exclude_characters = "\"'/@"
}
resource "aws_secretsmanager_secret" "case" {
  name                    = "secret-case"
  recovery_window_in_days = 0
}
resource "aws_secretsmanager_secret_version" "case" {
  secret_id                = aws_secretsmanager_secret.case.id
  secret_string_wo         = jsonencode({ username = "case", password = ephemeral.aws_secretsmanager_random_password.generated.random_password })
  secret_string_wo_version = var.step
}

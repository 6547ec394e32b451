/** An error that the user can fix: only its message is printed. Any other error is a bug, and keeps its stack trace. */
export class UserError extends Error {}

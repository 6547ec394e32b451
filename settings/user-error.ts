/** An error of the user's making, which its message alone explains; any other error is ours, and keeps its stack trace. */
export class UserError extends Error {}

/** What the person at the terminal can mend: its message is shown, and nothing else. */
export class CliError extends Error {
  override readonly name = 'CliError'
}

/** What AWS's SDK threw, in words that say what to look at. */
export const explainAws = (thrown: unknown, where: string): string => {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  switch (error.name) {
    case 'QueueDoesNotExist':
    case 'AWS.SimpleQueueService.NonExistentQueue':
      return `${where} has no such queue: check --stage, and AWS_REGION`
    case 'CredentialsProviderError':
    case 'ExpiredToken':
    case 'ExpiredTokenException':
    case 'InvalidClientTokenId':
    case 'UnrecognizedClientException':
      return 'AWS has no good credentials of you: sign in, set AWS_PROFILE, or ask the sandbox with --sandbox'
    case 'AccessDenied':
    case 'AccessDeniedException':
      return 'AWS refuses this role: it needs sqs:GetQueueUrl and GetQueueAttributes on the queues and their dead letters, ReceiveMessage, ChangeMessageVisibility and DeleteMessage on the dead letters, and SendMessage on the queues'
    case 'TimeoutError':
      return `${where} gave no answer: run it again`
  }
  if ('code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOTFOUND')) {
    return `nothing answers at ${where}: check AWS_REGION; the sandbox is started with \`npm start\`, which prints the line to use`
  }
  if (error.message === 'Region is missing') return 'AWS_REGION is not set'
  return `${where} answered ${error.name}: ${error.message}`
}

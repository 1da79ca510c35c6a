/** What the person at the terminal can mend: its message is shown, and nothing else. */
export class CliError extends Error {
  override readonly name = 'CliError'
}

/** What AWS refuses, in words that say what to look at. Undefined: no failure of AWS's. */
export const explainAws = (thrown: unknown, where: string): string | undefined => {
  if (!(thrown instanceof Error)) return undefined
  switch (thrown.name) {
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
      return 'AWS refuses this role: it needs sqs:GetQueueUrl, GetQueueAttributes, ReceiveMessage, ChangeMessageVisibility and DeleteMessage on the dead letters, and SendMessage on the queue'
  }
  if ('code' in thrown && (thrown.code === 'ECONNREFUSED' || thrown.code === 'ENOTFOUND')) {
    return `nothing answers at ${where}: check AWS_REGION; the sandbox is started with \`npm start\`, which prints the line to use`
  }
  return thrown.message === 'Region is missing' ? 'AWS_REGION is not set' : undefined
}

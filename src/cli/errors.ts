/** A mistake of the person at the terminal: only its message is shown. */
export class CliError extends Error {
  override readonly name = 'CliError'
}

/**
 * An error of the AWS SDK, in words that say what to check.
 *
 * @param where the bridge that was asked, such as `the stack signup-bridge-prod in eu-west-1`
 */
export const explainAws = (thrown: unknown, where: string): string => {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  switch (error.name) {
    case 'QueueDoesNotExist':
    case 'AWS.SimpleQueueService.NonExistentQueue':
      return `${where} has no such queue: check the stage, the URL or AWS_REGION`
    case 'ValidationError':
      // DescribeStacks says so of a stack that does not exist.
      return `${where} does not exist: check --stage or --stack, and AWS_REGION`
    case 'CredentialsProviderError':
    case 'ExpiredToken':
    case 'ExpiredTokenException':
    case 'InvalidClientTokenId':
    case 'UnrecognizedClientException':
      return 'AWS accepts no credentials of yours: sign in, set AWS_PROFILE, or use the sandbox with --sandbox'
    case 'AccessDenied':
    case 'AccessDeniedException':
      return 'AWS refuses this role: it needs cloudformation:DescribeStacks on the stack, sqs:GetQueueAttributes on the queues and their dead letters, ReceiveMessage, ChangeMessageVisibility and DeleteMessage on the dead letters, and SendMessage on the queues'
    case 'TimeoutError':
      return `${where} did not respond: run it again`
  }
  if ('code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOTFOUND')) {
    return `nothing responds at ${where}: start the sandbox with \`npm start\`, which prints the command to use; for AWS check AWS_REGION`
  }
  if (error.message === 'Region is missing') return 'AWS_REGION is not set'
  return `${where} responded ${error.name}: ${error.message}`
}

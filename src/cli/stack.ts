import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'

/** The outputs of a deployed stack, by the names that serverless.yml gives them. */
export type StackOutputs = Readonly<Record<string, string | undefined>>

/**
 * Reads the outputs of a CloudFormation stack.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
 *
 * @throws what CloudFormation fails with: `ValidationError` if there is no such stack
 */
export const readStackOutputs = async (stackName: string): Promise<StackOutputs> => {
  const client = new CloudFormationClient({
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
    },
  })
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }))
    const outputs = Stacks[0]?.Outputs ?? []
    return Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
  } finally {
    client.destroy()
  }
}

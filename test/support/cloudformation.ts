import { startLoopback } from '../../sandbox/loopback.ts'

const xml = (outputs: Readonly<Record<string, string>>, stackName: string): string => {
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  )
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
    <StackName>${stackName}</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>
    <Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
}

/**
 * DescribeStacks of CloudFormation on loopback, for stacks with these outputs.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
 */
export const startCloudFormation = async (
  stacks: Readonly<Record<string, Readonly<Record<string, string>>>>,
) =>
  startLoopback(0, async ({ body }, response) => {
    const stackName = new URLSearchParams(body).get('StackName') ?? ''
    const outputs = Object.hasOwn(stacks, stackName) ? stacks[stackName] : undefined
    response.writeHead(outputs ? 200 : 400, { 'content-type': 'text/xml' })
    response.end(
      outputs
        ? xml(outputs, stackName)
        : `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${stackName} does not exist</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
    )
  })

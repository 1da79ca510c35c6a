import { describe, expect, test } from 'vitest'
import { direct, prod, stacks, standard } from './packaged.ts'
import { arnOf, type Properties, type Statement } from './template.ts'

/** Every statement of every policy in a template, wherever it is. */
const statementsIn = (value: unknown): Statement[] => {
  if (typeof value !== 'object' || value === null) return []
  const { Effect } = value as Partial<Statement>
  if (Effect !== undefined) return [value as Statement]
  return Object.values(value).flatMap(statementsIn)
}

describe.each(stacks)('the $name stack', (stack) => {
  const { Resources, Conditions } = stack.template

  test('is packaged with an empty environment and without a warning', () => {
    expect(stack.output).toContain('Service packaged')
    expect(stack.output).not.toMatch(/warn|deprecat/i)
  })

  test('refers only to resources and conditions that exist', () => {
    const known = [...Object.keys(Resources), ...Object.keys(Conditions)]
    const text = JSON.stringify(stack.template)
    const references = [...text.matchAll(/"(?:Ref|Fn::GetAtt|Condition)":\[?"([^"]+)"/g)]

    expect(references.length).toBeGreaterThan(50)
    for (const [, id = ''] of references) if (!id.startsWith('AWS::')) expect(known).toContain(id)
    for (const { DependsOn = [] } of Object.values(Resources))
      for (const id of [DependsOn].flat()) expect(known).toContain(id)
  })

  test('grants nothing to everyone', () => {
    const allowed = statementsIn(Resources).filter(({ Effect }) => Effect === 'Allow')

    expect(allowed.length).toBeGreaterThan(5)
    for (const { Principal = {} } of allowed) expect(JSON.stringify(Principal)).not.toContain('*')
  })

  test('creates no secret and resolves none', () => {
    const text = JSON.stringify(stack.template)

    expect(text).not.toContain('AWS::SecretsManager')
    expect(text).not.toContain('{{resolve:')
  })

  test('outputs the webhook and the queues', () => {
    const { Outputs } = stack.template

    expect(Outputs.WebhookUrl?.Value).toEqual({ 'Fn::GetAtt': ['HttpApi', 'ApiEndpoint'] })
    expect(Outputs.WebhookArn?.Value).toEqual(arnOf('WebhookLambdaFunction'))
    expect(Outputs.QueueUrl?.Value).toEqual({ Ref: 'Queue' })
    expect(Outputs.QueueArn?.Value).toEqual(arnOf('Queue'))
    expect(Outputs.DeadLetterQueueUrl?.Value).toEqual({ Ref: 'DeadLetterQueue' })
    expect(Outputs.DeadLetterQueueArn?.Value).toEqual(arnOf('DeadLetterQueue'))
  })
})

test('a stack without an inbox has no output for it', () => {
  for (const { template } of [standard, prod]) {
    expect(Object.keys(template.Outputs).join()).not.toContain('Inbox')
  }
})

test('a stack with an inbox outputs its queues', () => {
  const { Outputs } = direct.template

  expect(Outputs.InboxUrl?.Value).toEqual({ Ref: 'Inbox' })
  expect(Outputs.InboxArn?.Value).toEqual(arnOf('Inbox'))
  expect(Outputs.InboxDeadLetterQueueUrl?.Value).toEqual({ Ref: 'InboxDeadLetterQueue' })
  expect(Outputs.InboxDeadLetterQueueArn?.Value).toEqual(arnOf('InboxDeadLetterQueue'))
})

describe('the resources of a stack', () => {
  const idsOf = ({ template }: { readonly template: { readonly Resources: Properties } }) =>
    Object.keys(template.Resources).toSorted()

  test('are the same in every stage', () => {
    expect(idsOf(prod)).toEqual(idsOf(standard))
  })

  test('include the inbox and alarm mail only when their params are set', () => {
    const added = idsOf(direct).filter((id) => !idsOf(standard).includes(id))

    expect(idsOf(direct)).toEqual(expect.arrayContaining(idsOf(standard)))
    expect(added).toContain('AlarmEmail')
    for (const id of added) expect(id).toMatch(/Inbox|^AlarmEmail$/)
    for (const { template } of [standard, prod]) {
      expect(JSON.stringify(template.Resources)).not.toMatch(/inbox/i)
    }
  })
})

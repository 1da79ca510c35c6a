import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Packaged, packageService, root } from './package-service.ts'
import { arnOf, ofType, propertiesOf } from './template.ts'

const snippets = [
  ...readFileSync(join(root, 'docs/sources.md'), 'utf8').matchAll(
    /```yaml\n# under (.+)\n([\s\S]+?)```/g,
  ),
]
const placeOf: Record<string, string> = {
  'resources → Resources': '\n  Resources:\n',
  'functions → webhook → events': '      - httpApi: ANY /webhooks/{source}\n',
}

/** Adds every snippet of docs/sources.md to serverless.yml. */
const addSnippets = (yaml: string) =>
  snippets.reduce((text, [, where = '', lines = '']) => {
    const place = placeOf[where]
    if (!place || !text.includes(place)) throw new Error(`no place for ${where}`)
    return text.replace(place, `${place}${lines}`)
  }, yaml)

describe('the snippets of docs/sources.md', () => {
  let packaged: Packaged
  beforeAll(async () => {
    packaged = await packageService({ params: { inbox: 'on' }, edit: addSnippets })
  }, 120_000)

  test('are one for each sender, and can be packaged', () => {
    expect(snippets).toHaveLength(4)
    expect(packaged.output).toContain('Service packaged')
    expect(packaged.output).not.toMatch(/warn/i)
  })

  test('connect a topic and a rule to the inbox', () => {
    expect(propertiesOf(packaged, 'SignupsToInbox')).toMatchObject({
      Protocol: 'sqs',
      Endpoint: arnOf('Inbox'),
    })
    expect(propertiesOf(packaged, 'SignupEvents').Targets).toEqual([
      { Id: 'inbox', Arn: arnOf('Inbox') },
    ])
  })

  test('let Cognito and a topic invoke the webhook, and no one else', () => {
    const permissions = ofType(packaged, 'AWS::Lambda::Permission')
    const invokers = permissions.map(([, { Principal }]) => Principal)

    expect(invokers.toSorted()).toEqual([
      'apigateway.amazonaws.com',
      'cognito-idp.amazonaws.com',
      'sns.amazonaws.com',
    ])
    for (const [, { FunctionName }] of permissions) {
      expect(JSON.stringify(FunctionName)).toContain('WebhookLambdaFunction')
    }
    expect(propertiesOf(packaged, 'CognitoMayInvoke').SourceArn).toMatch(/userpool/)
    const subscriptions = ofType(packaged, 'AWS::SNS::Subscription').map(
      ([, properties]) => properties,
    )
    expect(subscriptions).toContainEqual(
      expect.objectContaining({ Protocol: 'lambda', Endpoint: arnOf('WebhookLambdaFunction') }),
    )
  })
})

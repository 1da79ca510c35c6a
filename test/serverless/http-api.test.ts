import { describe, expect, test } from 'vitest'
import { stacks, standard } from './packaged.ts'
import { arnOf, idsOfType, ofType, propertiesOf } from './template.ts'

describe.each(stacks)('HTTP API of the $name stack', (stack) => {
  const routes = ofType(stack, 'AWS::ApiGatewayV2::Route')

  test('routes every method of forms and of webhooks', () => {
    expect(routes.map(([, { RouteKey }]) => RouteKey)).toEqual([
      'ANY /forms/{source}',
      'ANY /webhooks/{source}',
    ])
  })

  test.each(routes)('%s leads to the webhook', (_id, { Target }) => {
    expect(Target).toEqual({
      'Fn::Join': ['/', ['integrations', { Ref: 'HttpApiIntegrationWebhook' }]],
    })
  })

  test('invokes the webhook with payload format 2.0', () => {
    expect(propertiesOf(stack, 'HttpApiIntegrationWebhook')).toMatchObject({
      IntegrationUri: arnOf('WebhookLambdaFunction'),
      PayloadFormatVersion: '2.0',
    })
  })

  test('is the only one that may invoke a function', () => {
    const permissions = ofType(stack, 'AWS::Lambda::Permission').map(([, properties]) => properties)

    expect(permissions).toMatchObject([
      { FunctionName: arnOf('WebhookLambdaFunction'), Principal: 'apigateway.amazonaws.com' },
    ])
    expect(JSON.stringify(permissions[0]?.SourceArn)).toContain('{"Ref":"HttpApi"}')
  })

  test('sets the throttles once the routes exist', () => {
    expect(stack.template.Resources.HttpApiStage?.DependsOn).toEqual(
      idsOfType(stack, 'AWS::ApiGatewayV2::Route'),
    )
  })

  test('leaves CORS to the function', () => {
    expect(propertiesOf(stack, 'HttpApi')).not.toHaveProperty('CorsConfiguration')
  })
})

test('HTTP API throttles forms apart from webhooks', () => {
  expect(propertiesOf(standard, 'HttpApiStage')).toMatchObject({
    DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
    RouteSettings: {
      'ANY /forms/{source}': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 20 },
    },
  })
})

import { describe, expect, test } from 'vitest'
import { intercomBaseUrl, parseWebhookEnv, parseWorkerEnv } from '../../../src/lib/config/env.ts'

const webhook = {
  QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/queue.fifo',
  SIGNING_SECRET_ID: 'signup-bridge/dev/signing',
}
const worker = {
  QUEUE_URL: webhook.QUEUE_URL,
  DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/dead.fifo',
  INTERCOM_SECRET_ID: 'signup-bridge/dev/intercom',
}

describe('the webhook’s environment', () => {
  test('requires a queue and a signing secret, and has defaults for the rest', () => {
    expect(parseWebhookEnv(webhook)).toEqual({
      ...webhook,
      SIGNUP_BRIDGE_STAGE: 'dev',
      LOG_LEVEL: 'INFO',
      DELIVERY: 'queue',
    })
  })

  test('requires Intercom’s secret and no queue in direct mode', () => {
    const direct = { SIGNING_SECRET_ID: 's', INTERCOM_SECRET_ID: 'i', DELIVERY: 'direct' }

    expect(parseWebhookEnv(direct)).toMatchObject({ DELIVERY: 'direct', INTERCOM_REGION: 'us' })
    expect(() => parseWebhookEnv({ DELIVERY: 'direct' })).toThrow(
      /SIGNING_SECRET_ID is missing.*INTERCOM_SECRET_ID is missing/,
    )
  })

  test('accepts a log level in any case, and treats an empty variable as unset', () => {
    expect(parseWebhookEnv({ ...webhook, LOG_LEVEL: 'Debug', PUBLIC_BASE_URL: '' })).toMatchObject({
      LOG_LEVEL: 'DEBUG',
    })
  })
})

describe('the worker’s environment', () => {
  test.each(['0', '9', '60', '180', '300'])(
    'accepts a search lag of %s s',
    (SEARCH_LAG_SECONDS) => {
      expect(parseWorkerEnv({ ...worker, SEARCH_LAG_SECONDS }).SEARCH_LAG_SECONDS).toBe(
        Number(SEARCH_LAG_SECONDS),
      )
    },
  )

  test.each(['301', '-1', '1.5', '180s', '0x10', '007'])(
    'refuses a search lag of %s',
    (SEARCH_LAG_SECONDS) => {
      expect(() => parseWorkerEnv({ ...worker, SEARCH_LAG_SECONDS })).toThrow(
        'SEARCH_LAG_SECONDS is not a number of seconds from 0 to 300',
      )
    },
  )

  test('confirms what it creates after 180 s, unless CONFIRM is false', () => {
    expect(parseWorkerEnv(worker)).toMatchObject({ SEARCH_LAG_SECONDS: 180, CONFIRM: 'true' })
    expect(parseWorkerEnv({ ...worker, CONFIRM: 'false' })).toMatchObject({ CONFIRM: 'false' })
    expect(() => parseWorkerEnv({ ...worker, CONFIRM: 'no' })).toThrow(
      'CONFIRM is neither true nor false',
    )
  })

  test('defaults to the US region and API version 2.14', () => {
    expect(parseWorkerEnv(worker)).toMatchObject({
      INTERCOM_REGION: 'us',
      INTERCOM_VERSION: '2.14',
    })
  })

  test('with several problems throws one error that names them all and no value', () => {
    const wrong = {
      QUEUE_URL: 'canary',
      INTERCOM_REGION: 'canary',
      INTERCOM_VERSION: 'canary',
      INTERCOM_BASE_URL: 'http://canary.example.com',
      LOG_LEVEL: 'canary',
      DEAD_LETTER_QUEUE_URL: ' ',
    }

    let message = ''
    try {
      parseWorkerEnv(wrong)
    } catch (error) {
      expect(error).toMatchObject({ code: 'misconfigured' })
      message = (error as Error).message
    }

    for (const name of [...Object.keys(wrong), 'INTERCOM_SECRET_ID'])
      expect(message).toContain(name)
    expect(message).not.toContain('canary')
  })

  test.each([
    ['http://127.0.0.1:4101', true],
    ['http://localhost:4101', true],
    ['http://[::1]:4101', true],
    ['https://intercom.example.com', true],
    ['http://intercom.example.com', false],
    ['http://127.0.0.1.example.com', false],
    ['ftp://127.0.0.1', false],
    ['nonsense', false],
  ])('with the INTERCOM_BASE_URL %s is valid: %s', (INTERCOM_BASE_URL, isValid) => {
    const parse = () => parseWorkerEnv({ ...worker, INTERCOM_BASE_URL })

    if (isValid) expect(intercomBaseUrl(parse()).origin).toBe(INTERCOM_BASE_URL)
    else expect(parse).toThrow('INTERCOM_BASE_URL')
  })

  test.each([
    ['us', 'https://api.intercom.io'],
    ['eu', 'https://api.eu.intercom.io'],
    ['au', 'https://api.au.intercom.io'],
  ])('with the region %s has the base URL %s', (INTERCOM_REGION, origin) => {
    expect(intercomBaseUrl(parseWorkerEnv({ ...worker, INTERCOM_REGION })).origin).toBe(origin)
  })
})

import type { Clock } from '../../src/lib/clock.ts'
import type { GetSecret, SecretStage } from '../../src/lib/config/secrets.ts'
import { BridgeError } from '../../src/lib/errors.ts'

/** One GetSecretValue request. */
export type SecretRead = {
  /** The process that read it: `webhook`, `worker 1` and so on. */
  readonly reader: string
  readonly secretId: string
  readonly stage: SecretStage
  /** Unix milliseconds. */
  readonly atMs: number
}

/** A model of Secrets Manager: two versions of each secret, and a record of every read. */
export const createSecrets = (
  clock: Clock,
  latencyMs: number,
  initial: Readonly<Record<string, string>>,
) => {
  const versions = new Map<string, { [stage in SecretStage]?: string }>(
    Object.entries(initial).map(([secretId, text]) => [secretId, { AWSCURRENT: text }]),
  )
  const reads: SecretRead[] = []
  let isDown = false

  return {
    /** Every read so far, failed ones too. */
    reads,
    /** Sets the secret's current version; the earlier one becomes AWSPREVIOUS. */
    put: (secretId: string, text: string): void => {
      const before = versions.get(secretId)?.AWSCURRENT
      const previous = before === undefined ? {} : { AWSPREVIOUS: before }
      versions.set(secretId, { AWSCURRENT: text, ...previous })
    },
    setDown: (down: boolean): void => {
      isDown = down
    },
    /** The `openSecret` of one process. */
    opener:
      (reader: string) =>
      (secretId: string): GetSecret =>
      async (stage) => {
        reads.push({ reader, secretId, stage, atMs: clock.now() })
        await clock.sleep(latencyMs)
        if (isDown) {
          throw new BridgeError('temporarily_unavailable', 'Secrets Manager did not respond')
        }
        return versions.get(secretId)?.[stage]
      },
  }
}

import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import { firstPresent } from '../transform/text.ts'
import { nameIn } from './name.ts'
import {
  assertOptions,
  type LifecycleOptions,
  lifecycleOptions,
  makeSource,
  type Source,
  type SourceOptions,
} from './source.ts'

const row = z.nullish(z.looseObject({}))
const change = z.looseObject({ schema: z.string(), record: row, old_record: row }).check(
  z.refine((body) => !!(body.record ?? body.old_record), {
    path: ['record'],
    error: 'expected the row',
  }),
)

export type SupabaseDatabaseOptions = SourceOptions<z.infer<typeof change>> &
  LifecycleOptions & {
    /** The table whose new rows are signups, `profiles` or `public.profiles`; absent: every table that sends. */
    readonly table?: string
  }

/** Supabase Auth stores a phone number without its plus sign. */
const phoneOf = (schema: string, phone: unknown): unknown =>
  schema === 'auth' && typeof phone === 'string' && /^\d+$/.test(phone) ? `+${phone}` : phone

/** Supabase Auth has the time of the confirmation; a table of your own may have a column. */
const isVerified = (schema: string, record: Readonly<Record<string, unknown>>): unknown =>
  schema === 'auth' && record.email_confirmed_at !== undefined
    ? record.email_confirmed_at !== null
    : record.email_verified

/**
 * A row inserted into `auth.users`, or into a table of your own with columns `id`, `email`,
 * `email_verified`, `phone`, `full_name` (or `name`, or `first_name` and `last_name`), `avatar_url`
 * and `created_at`. What `raw_user_meta_data` (or `user_metadata`) says counts first. Anonymous users are ignored. With
 * `on`, a row that changed (its `updated_at` is the time) or was deleted, too.
 *
 * @throws BridgeError `invalid_config`, listing every problem
 *
 * @example
 * sources: { members: supabaseDatabase({ table: 'profiles' }) }
 */
export const supabaseDatabase = (options: SupabaseDatabaseOptions = {}): Source => {
  assertOptions('supabaseDatabase()', options, { ...lifecycleOptions, table: () => z.string() })
  const { table, ...common } = options
  return makeSource(
    {
      docs: 'https://supabase.com/docs/guides/database/webhooks',
      signature: { type: 'bearer' },
      gives: ['external_id'],
      isWhole: () => true,
      payload: {
        format: 'json',
        types: {
          of: (body) => {
            const from = own(body, 'table')
            const names = [undefined, from, `${own(body, 'schema')}.${from}`]
            if (names.includes(table)) return own(body, 'type')
            return typeof from === 'string' ? 'another table' : undefined
          },
          created: ['INSERT'],
          updated: ['UPDATE'],
          deleted: ['DELETE'],
        },
        schema: change,
        advice: 'send the event Insert by a database webhook',
      },
      eventId: () => undefined,
      toSignup: ({ schema, type, record: current, old_record }) => {
        const record = current ?? old_record ?? {}
        if (record.is_anonymous === true) return undefined
        // Supabase Auth has no keys of its own for a name: they are the app's, or the provider's.
        const records = [record.raw_user_meta_data, record.user_metadata, record]
        const avatarOf = (each: unknown) =>
          firstPresent(own(each, 'avatar_url'), own(each, 'picture'))
        return {
          // Of a deletion no column has the time.
          occurred_at: type === 'INSERT' ? record.created_at : current?.updated_at,
          contact: {
            external_id: record.id,
            email: record.email,
            email_verified: isVerified(schema, record),
            phone: phoneOf(schema, record.phone),
            name: nameIn(...records),
            avatar: firstPresent(...records.map(avatarOf)),
            signed_up_at: record.created_at,
          },
        }
      },
    },
    common,
  )
}

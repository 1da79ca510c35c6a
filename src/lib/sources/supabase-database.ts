import * as z from 'zod/mini'
import { isRecord, own } from '../json-access.ts'
import { firstOrNull } from '../transform/text.ts'
import { nameIn } from './name.ts'
import {
  assertOptions,
  type LifecycleOptions,
  lifecycleOptions,
  makeSource,
  type Source,
  type SourceOptions,
} from './source.ts'

const change = z.looseObject({ schema: z.string(), record: z.looseObject({}) })

export type SupabaseDatabaseOptions = SourceOptions<z.infer<typeof change>> &
  LifecycleOptions & {
    /** The table whose new rows are signups, `profiles` or `public.profiles`; absent: every table that sends. */
    readonly table?: string
  }

/**
 * A change whose `record` is the row, also of one that is gone or marked as deleted: then as it was
 * before, since Supabase Auth replaces the address by a hash.
 * https://supabase.com/docs/guides/troubleshooting/soft-deletes-with-supabase-js
 */
const withRow = (body: unknown): unknown => {
  const type = own(body, 'type')
  const deleted_at = own(own(body, 'record'), 'deleted_at') ?? undefined
  const isDeletion = type === 'DELETE' || (type === 'UPDATE' && deleted_at !== undefined)
  if (!isRecord(body) || !isDeletion) return body
  const row = isRecord(body.old_record) ? { ...body.old_record, deleted_at } : body.record
  return { ...body, type: 'DELETE', record: row }
}

/** Where each type of change has its time. */
const timeKeys: Readonly<Record<string, string>> = {
  INSERT: 'created_at',
  UPDATE: 'updated_at',
  DELETE: 'deleted_at',
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
 * `on`, a row that changed (its `updated_at` is the time) or was deleted (also one that got a
 * `deleted_at`), too.
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
        events: (body) => [withRow(body)],
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
        advice: 'send the event Insert (for `on` also Update, Delete) by a database webhook',
      },
      eventId: () => undefined,
      toSignup: ({ schema, type, record }) => {
        if (record.is_anonymous === true) return undefined
        // Supabase Auth has no keys of its own for a name: they are the app's, or the provider's.
        const records = [record.raw_user_meta_data, record.user_metadata, record]
        const avatarOf = (each: unknown) =>
          firstOrNull(own(each, 'avatar_url'), own(each, 'picture'))
        return {
          occurred_at: own(record, timeKeys[String(type)] ?? ''),
          contact: {
            external_id: record.id,
            email: record.email,
            email_verified: isVerified(schema, record),
            phone: phoneOf(schema, record.phone),
            name: nameIn(...records),
            avatar: firstOrNull(...records.map(avatarOf)),
            signed_up_at: record.created_at,
          },
        }
      },
    },
    common,
  )
}

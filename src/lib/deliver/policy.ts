import type { Signup } from '../signup.ts'
import type { SourceOptions } from '../sources/source.ts'

/** How a replayed dead letter treats an archived contact; a live signup is no replay. */
export type Replay = 'park_archived' | 'restore_archived'

/** What decides, beside the signup itself, how it is delivered. */
export type Policy = {
  /** Look the person up before creating. */
  readonly lookup: boolean
  readonly onExisting: NonNullable<SourceOptions['onExisting']>
  readonly onArchived: NonNullable<SourceOptions['onArchived']>
  /** Unix seconds of the event, for a source that overwrites; absent: its time is not known. */
  readonly mark?: number
  /** Unix seconds. */
  readonly received_at: number
  /** When a dead letter was sent back, unix milliseconds; absent: a live signup. */
  readonly replayedAtMs?: number
}

/** Whether a source writes over what is there, and so needs the mark. */
export const overwrites = (onExisting: SourceOptions['onExisting']): boolean =>
  onExisting !== undefined && onExisting !== 'fill' && onExisting !== 'skip'

/** How a signup came. */
export type Arrival = {
  /** Unix seconds. */
  readonly received_at: number
  /** Whether it may have been tried before. */
  readonly mayBeRetry: boolean
  readonly replay?: Replay | undefined
  /** When its record was sent to the queue, unix milliseconds. */
  readonly sentAtMs?: number
}

/**
 * What holds for one signup: its source's options; for a replay always `fill`, so that it can never
 * undo something newer. An event is never later than it was received, whatever its sender's clock.
 */
export const policyOf = (
  options: SourceOptions,
  { contact, occurred_at }: Signup,
  { received_at, mayBeRetry: mayBeSecond, replay, sentAtMs }: Arrival,
): Policy => {
  const { lookup = true, onExisting = 'fill', onArchived = 'restore' } = options
  const restore = replay === undefined ? onArchived : replay === 'restore_archived' && 'restore'
  return {
    // A lead that was tried before may have been made, and no conflict would tell.
    lookup: lookup || (contact.role === 'lead' && (mayBeSecond || replay !== undefined)),
    onExisting: replay === undefined ? onExisting : 'fill',
    onArchived: restore || 'park',
    received_at,
    ...(replay !== undefined && { replayedAtMs: sentAtMs ?? 0 }),
    ...(overwrites(onExisting) &&
      occurred_at !== undefined && { mark: Math.min(occurred_at, received_at) }),
  }
}

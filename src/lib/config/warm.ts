import { findPerson } from '../sources/person.ts'
import type { Source } from '../sources/source.ts'
import { constantsOf } from '../transform/constants.ts'
import { hasConsent } from '../transform/mapping-options.ts'
import { loadAnswerReaders, normalise } from '../transform/normalise.ts'

const person = { contact: { email: 'Ada@example.com', phone: '+12813322575', name: 'Ada' } }
const context = { eventId: '', country: undefined, receivedAt: 0, constants: constantsOf({}) }

/**
 * Loads the modules and compiles the patterns that the first delivery may need: the phone parser, and
 * where a source has use for them the words of labels and of consent. It is for a function's start,
 * which has a whole CPU and waits for the network; the first request has a fraction of one.
 */
export const warmReading = async (sources: readonly Source[]): Promise<void> => {
  if (sources.some(({ questions }) => questions)) findPerson([{ label: 'Your e-mail', value: 'x' }])
  if (sources.some(({ options }) => hasConsent(options))) {
    const { findConsent } = await loadAnswerReaders()
    findConsent({ news: 'Yes, write to me' }, [], 'news')
  }
  await normalise(person, context)
}

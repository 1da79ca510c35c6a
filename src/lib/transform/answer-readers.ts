/** In one module of their own, so that their lists of words are loaded only for such an answer. */
export { readConsent } from './consent.ts'
export { findConsent } from './find-consent.ts'
export { readOptOut } from './opt-out.ts'

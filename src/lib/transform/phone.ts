/** By itself, so that it is loaded only for a phone number, and the rest of the package never. */
export { parsePhoneNumberFromString } from 'libphonenumber-js/min'

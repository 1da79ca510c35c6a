/** The registry: every preset, a line each. */
export { clerk } from './clerk.ts'
export { form } from './form.ts'
export { signup } from './signup.ts'
export { standardWebhooks } from './standard-webhooks.ts'
export { typeform } from './typeform.ts'
export { webhook } from './webhook.ts'

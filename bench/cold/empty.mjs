/** The floor: what the runtime client and Node cost by themselves. */
export const handler = async () => ({ statusCode: 200, body: '{"status":"accepted"}' })

/** After this time Intercom's search shows a lead that an unclear create may have created. */
export const searchLagSeconds = 180

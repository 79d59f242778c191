/** Names of the spans, in their order: what comes in, what is stored, what follows from it, what goes out. */
export const SPAN = { request: 'request', record: 'record', decide: 'decide', deliver: 'deliver' } as const;

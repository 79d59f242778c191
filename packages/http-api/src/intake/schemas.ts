export const TOUCHPOINTS_SCHEMA = { operationId: 'recordTouchpoints', tags: ['touchpoints'] };
export const TRACK_SCHEMA = { operationId: 'track', tags: ['touchpoints'] };
export const BATCH_CALL_SCHEMA = { operationId: 'batch', tags: ['touchpoints'] };

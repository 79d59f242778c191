/**
 * What stands in the place of a value that was masked before what was refused was stored. Sent back as it is it would
 * become part of a customer's data, so data that holds it is refused.
 */
export const MASKED = '[masked by rapport]';

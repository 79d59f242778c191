/**
 * fast-check with fewer runs of each property: `RAPPORT_PROPERTY_SHARE=0.1` runs a tenth of them, and at least ten.
 * jest.config.ts puts it in the place of fast-check where the variable is set, as `npm run test:unit` does.
 */
const { join } = require('node:path');
// By its file: its name leads here.
const fc = require(join(__dirname, '../node_modules/fast-check/lib/cjs/fast-check.js'));

const SHARE = Number(process.env.RAPPORT_PROPERTY_SHARE);
/** Of fast-check. */
const RUNS = 100;
const LEAST = 10;

const assert = (property, parameters = {}) => {
  const runs = parameters.numRuns ?? RUNS;
  return fc.assert(property, { ...parameters, numRuns: Math.min(runs, Math.max(LEAST, Math.ceil(runs * SHARE))) });
};

module.exports = { ...fc, assert, default: { ...fc.default, assert }, __esModule: true };

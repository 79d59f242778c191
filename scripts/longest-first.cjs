/**
 * The order of the test files. Alone, the longest one takes as long as most others together: begun last, one core
 * would wait for it. The rest are in Jest's own order.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

const LONGEST = /chaos\.int\.spec\.ts$/;

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(({ path }) => LONGEST.test(path)), ...sorted.filter(({ path }) => !LONGEST.test(path))];
  }
};

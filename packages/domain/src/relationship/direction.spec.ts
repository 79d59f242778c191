import { directionOf } from './direction';

describe('the direction of a move', () => {
  const ladder = ['attract', 'build', 'loyal'];

  it.each([
    [null, 'attract', 'up'],
    [null, 'loyal', 'up'],
    ['attract', 'loyal', 'up'],
    ['loyal', 'build', 'down'],
    // A stage that the ladder no longer has counts as below all.
    ['gone', 'attract', 'up'],
    ['attract', 'gone', 'down'],
  ])('from %s to %s is %s', (from, to, direction) => {
    expect(directionOf(ladder, from, to)).toBe(direction);
  });
});

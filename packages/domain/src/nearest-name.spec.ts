import { hint, nearestName } from './nearest-name';

test.each([
  ['halfLive', ['prior', 'halfLife', 'label'], 'halfLife'],
  ['sclae', ['scale', 'gives'], 'scale'],
  ['Orders', ['orders', 'products'], 'orders'],
  ['hafllife', ['halfLife', 'label'], 'halfLife'],
  ['ebcade', ['becaed'], 'becaed'],
  ['trus', ['trust', 'value'], 'trust'],
  ['xyz', ['trust', 'value'], undefined],
  ['a', [], undefined],
])('%s among %j is %s', (name, known, expected) => {
  expect(nearestName(name, known)).toBe(expected);
});

test('without a near name the hint lists what there is, unless that is much', () => {
  expect(hint('xyz', ['trust', 'value'])).toBe('; known are trust, value');
  expect(
    hint(
      'xyz',
      Array.from({ length: 20 }, (_, i) => `metric${i}`),
    ),
  ).toBe('');
});

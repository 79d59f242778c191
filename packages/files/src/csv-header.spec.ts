import { assertColumns, delimiterOf } from './csv-header';
import { ImportError } from './import-error';

describe('the header of a CSV file', () => {
  test.each([
    ['id,name,day', ','],
    ['"day, if known";"id";"other, too"', ';'],
    ['id\tday', '\t'],
    ['id|day', '|'],
    ['id', ','],
  ])('says what stands between values: %j', (header, delimiter) => {
    expect(delimiterOf(header)).toBe(delimiter);
  });

  test('may have columns in any order, and others', () => {
    expect(() => assertColumns('f.csv', 1, ['day', 'other', 'id'], ['id', 'day'])).not.toThrow();
  });

  test('that lacks columns is refused with what is missing and what was found', () => {
    expect(() => assertColumns('f.csv', 1, ['id', 'Day', 'total'], ['id', 'day', 'amount'])).toThrow(
      'f.csv, line 1: missing columns day, amount. Expected the columns id, day, amount; found id, Day, total.',
    );
  });

  test('that names a column twice is refused', () => {
    expect(() => assertColumns('f.csv', 1, ['id', 'day', 'id'], ['id', 'day'])).toThrow(ImportError);
  });
});

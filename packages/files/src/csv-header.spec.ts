import { csvLayout } from './csv-header';
import { ImportError } from './import-error';

describe('the header of a CSV file', () => {
  test.each([
    ['id,name,day', ','],
    ['"day";"id";"other"', ';'],
    ['id\tday', '\t'],
  ])('may have columns in any order, quoted, with any usual delimiter: %j', (header, delimiter) => {
    expect(csvLayout('f.csv', header, ['id', 'day'])).toMatchObject({ delimiter });
  });

  test('that lacks columns is refused with what is missing and what was found', () => {
    expect(() => csvLayout('f.csv', 'id,Day,total', ['id', 'day', 'amount'])).toThrow(
      'f.csv, line 1: missing columns day, amount. Expected the columns id, day, amount; found id, Day, total.',
    );
  });

  test('that names a column twice is refused', () => {
    expect(() => csvLayout('f.csv', 'id,day,id', ['id', 'day'])).toThrow(ImportError);
  });
});

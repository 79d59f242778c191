import { adviceOn, messageOf } from './duckdb-error';

describe('what is said of an error of DuckDB', () => {
  test('is its message without the name of the call that failed', () => {
    expect(messageOf(new Error('Failed to extract statements: Parser Error: syntax error'))).toBe(
      'Parser Error: syntax error',
    );
  });

  test('is followed by what to do about it', () => {
    expect(adviceOn(new Error('Out of Memory Error: failed to allocate'), 'else')).toContain('Split the file');
    expect(adviceOn(new Error('IO Error: No space left on device'), 'else')).toContain('TMPDIR');
    expect(adviceOn(new Error('Conversion Error'), 'else')).toBe('else');
  });
});

import { ROWS_IN_A_FILE } from './row-marks';

/** The rows of files that were counted, by their marks: a bit each. */
export const markSet = () => {
  const byFile = new Map<number, Uint8Array>();
  return {
    /** Whether the mark is new. */
    add: (mark: number): boolean => {
      const file = Math.floor(mark / ROWS_IN_A_FILE);
      const row = mark % ROWS_IN_A_FILE;
      const at = Math.floor(row / 8);
      let bits = byFile.get(file) ?? new Uint8Array(1024);
      if (at >= bits.length) {
        const grown = new Uint8Array(Math.max(at + 1, bits.length * 2));
        grown.set(bits);
        bits = grown;
      }
      byFile.set(file, bits);
      const bit = 1 << (row % 8);
      if ((bits[at]! & bit) !== 0) return false;
      bits[at]! |= bit;
      return true;
    },
  };
};

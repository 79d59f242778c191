import type { JsonObject } from '../json';
import { newestVersion, upcast } from './index';

describe('upcasting', () => {
  it('gives an answer of version 1 the usual scale of its instrument', () => {
    expect(upcast('survey.answered', 1, { instrument: 'nps', score: 9 })).toEqual({
      instrument: 'nps',
      score: 9,
      scale: 10,
    });
    expect(upcast('survey.answered', 1, { instrument: 'csat', score: 4, note: 'x' })).toMatchObject({
      scale: 5,
      note: 'x',
    });
    expect(upcast('survey.answered', 1, { instrument: 'ces', score: 4 })).toMatchObject({ scale: 7 });
  });

  it('adds nothing where nothing is known, or where it is known already', () => {
    const same: readonly JsonObject[] = [
      {},
      { score: 8 },
      { instrument: 'constructor', score: 8 },
      { instrument: 'nps', score: 2, scale: 5 },
    ];
    for (const data of same) expect(upcast('survey.answered', 1, data)).toBe(data);
  });

  it('returns the same object when it is of the newest version, or the type never changed', () => {
    const data = { instrument: 'nps', score: 9 };
    expect(upcast('survey.answered', newestVersion('survey.answered'), data)).toBe(data);
    expect(upcast('survey.answered', 99, data)).toBe(data);
    expect(upcast('order.completed', 1, data)).toBe(data);
    expect(upcast('warranty.registered', 1, data)).toBe(data);
    expect(newestVersion('warranty.registered')).toBe(1);
  });
});

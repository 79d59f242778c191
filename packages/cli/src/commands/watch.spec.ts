import { DEFAULT_DATA } from '../cli';
import { sameAgain } from './watch';

describe('what is told to whoever stops watching', () => {
  const { RAPPORT_DATA } = process.env;
  beforeEach(() => {
    delete process.env.RAPPORT_DATA;
  });
  afterAll(() => {
    if (RAPPORT_DATA !== undefined) process.env.RAPPORT_DATA = RAPPORT_DATA;
  });

  it('asks for the same changes of the same engine, without the key', () => {
    expect(
      sameAgain(DEFAULT_DATA, { url: 'http://a:1', key: 'rapport_x_y', stage: ['loyal'], cause: ['late', 'merge'] }),
    ).toBe(' --url http://a:1 --stage loyal --cause late --cause merge');
  });

  it('names a data directory that is not the usual one', () => {
    expect(sameAgain('/data/shop', { after: '05' })).toBe(' --data /data/shop');
    expect(sameAgain(DEFAULT_DATA, {})).toBe('');
  });
});

import { resolve } from 'node:path';
import { stalePages } from './docs';

test('the reference pages in docs say what the code says; "npm run docs" writes them', async () => {
  expect(await stalePages(resolve(__dirname, '../../..'))).toEqual([]);
});

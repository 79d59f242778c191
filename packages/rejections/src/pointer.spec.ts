import { pointerOf } from './pointer';

it.each([
  ['', '/anything', ''],
  ['id', {}, '/id'],
  ['data.total', { data: { total: 'x' } }, '/data/total'],
  ['data.orderId', { data: {} }, '/data/orderId'],
  ['data.items[1].price', { data: { items: [{}, { price: 'x' }] } }, '/data/items/1/price'],
  ['data.a.b', { data: { 'a.b': 1 } }, '/data/a.b'],
  ['data.a/b', { data: { 'a/b': 1 } }, '/data/a~1b'],
  ['data.x[0]', { data: { 'x[0]': 1 } }, '/data/x[0]'],
  ['data.total', { properties: {} }, undefined],
  ['data.total', 'no object', undefined],
  ['data.a.b.c', { data: {} }, undefined],
])('%j in %j is at %j', (field, body, pointer) => expect(pointerOf(field, body)).toBe(pointer));

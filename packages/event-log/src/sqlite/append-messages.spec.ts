import { left, right } from 'fp-ts/Either';
import type { AppendResult } from '../event-log';
import type { PreparedRequest } from '../prepare-requests';
import { packRequests, packResults, unpackRequests, unpackResults } from './append-messages';
import { encodePosition } from './position';

const across = <T>(message: T): T => structuredClone(message);

test('requests arrive as they were sent', () => {
  const requests: readonly PreparedRequest[] = [
    {
      stream: 'customer-1',
      expected: 'any',
      events: [
        { event: { source: 'shop', id: 'a', type: 'order.completed', occurredAt: -5 }, data: '{"total":1}' },
        {
          event: {
            source: 'care',
            id: 'b',
            type: 'complaint.opened',
            version: 2,
            occurredAt: 7,
            recordedAt: 0,
            staff: 'ann',
            correlationId: 'case-1',
          },
          data: '{"text":"\u{1F600} ü"}',
        },
      ],
    },
    {
      stream: 'staff-2',
      expected: 3,
      events: [{ event: { source: 'shop', id: 'c', type: 't', occurredAt: 0 }, data: '{}' }],
    },
  ];
  expect(unpackRequests(across(packRequests(requests)))).toEqual(requests);
});

test('results arrive as they were sent', () => {
  const results: readonly AppendResult[] = [
    right({ position: encodePosition(77), revision: 3, recorded: 2, duplicates: 1 }),
    left({ kind: 'wrong-revision', expected: 'none', actual: 4 }),
    left({ kind: 'conflict', source: 'shop', id: 'a', position: encodePosition(5) }),
    right({ position: encodePosition(2 ** 50), revision: 0, recorded: 0, duplicates: 1 }),
  ];
  expect(unpackResults(across(packResults(results)))).toEqual(results);
});

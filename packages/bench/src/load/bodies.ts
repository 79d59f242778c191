import { formatInstant, type Touchpoint } from '@rapport/domain';
import { simulate } from '@rapport/simulator';

/**
 * Requests prepared before anything is measured. Only the instants are written when a body is sent: its touchpoints
 * occur now, or as much earlier as they were late in the simulation.
 */
export interface Body {
  readonly bytes: Buffer;
  readonly touchpoints: number;
  /** Where the instants stand in the bytes, 24 bytes each. */
  readonly instants: Int32Array;
  /** How much earlier than sent each occurred, in milliseconds. */
  readonly late: Int32Array;
}

const MONTHS = 24;
const SIMULATED = MONTHS * 30.4 * 86_400_000;
const INSTANT = '0000-00-00T00:00:00.000Z';
const INSTANTS = /"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"/g;

/** Instants in the data, such as promised ones, as far from now as they were from the simulated touchpoint. */
const shifted = (data: string, by: number): string =>
  data.replace(INSTANTS, (_, instant: string) => `"${formatInstant(Date.parse(instant) + by)}"`);

/** A CloudEvent as text, put together by hand: there are more than a million of them. */
const textOf = (touchpoint: Touchpoint, world: number, now: number): string => {
  const { source, id, type, customer, occurredAt, staff, correlationId, data } = touchpoint;
  const also = `${staff === undefined ? '' : `,"staff":${JSON.stringify(staff)}`}${
    correlationId === undefined ? '' : `,"correlationid":${JSON.stringify(correlationId)}`
  }`;
  return `{"specversion":"1.0","id":"${world}-${id}","source":"${source}","type":"touchpoint.${type}.v1","subject":"${customer}","time":"${INSTANT}","datacontenttype":"application/json"${also},"data":${shifted(JSON.stringify(data), now - occurredAt)}}`;
};

/** A world's touchpoints of all customers, as texts, in the order in which they were recorded. */
interface World {
  readonly texts: readonly string[];
  readonly order: Uint32Array;
  /** From occurring to being recorded, in simulated milliseconds. */
  readonly late: readonly number[];
}

const worldOf = (world: number, customers: number, now: number): World => {
  const texts: string[] = [];
  const recorded: number[] = [];
  const late: number[] = [];
  for (const { touchpoints } of simulate({ customers, seed: 7_000 + world, months: MONTHS }))
    for (const touchpoint of touchpoints) {
      texts.push(textOf(touchpoint, world, now));
      recorded.push(touchpoint.recordedAt);
      late.push(touchpoint.recordedAt - touchpoint.occurredAt);
    }
  const order = Uint32Array.from(texts, (_, i) => i).sort((a, b) => recorded[a]! - recorded[b]! || a - b);
  return { texts, order, late };
};

export interface BodiesRequest {
  readonly count: number;
  readonly perBody: number;
  /** Touchpoints per second at which they will be sent: simulated time passes as much faster, and so does lateness. */
  readonly rate: number;
}

/**
 * Bodies for several parts of the test, one after another from the same customers' lives: the mix of the simulated
 * company, no touchpoint twice. Customers whose life is over live again, in another world.
 */
export const prepareBodies = (requests: readonly BodiesRequest[], customers: number): readonly (readonly Body[])[] => {
  const now = Date.now();
  let no = 0;
  let world = worldOf(no, customers, now);
  let next = 0;
  /** Of the next touchpoint: its place in the world. */
  const take = (): number => {
    if (next === world.order.length) {
      world = worldOf(++no, customers, now);
      next = 0;
    }
    return world.order[next++]!;
  };
  return requests.map(({ count, perBody, rate }) =>
    Array.from({ length: count }, (): Body => {
      const faster = SIMULATED / ((world.order.length / rate) * 1_000);
      const texts: string[] = [];
      const late = new Int32Array(perBody);
      for (let i = 0; i < perBody; i++) {
        const at = take();
        texts.push(world.texts[at]!);
        late[i] = Math.round(world.late[at]! / faster);
      }
      return bodyOf(texts, late);
    }),
  );
};

const bodyOf = (texts: readonly string[], late: Int32Array): Body => {
  const bytes = Buffer.from(texts.length === 1 ? texts[0]! : `[${texts.join(',')}]`);
  const instants = new Int32Array(texts.length);
  let from = 0;
  for (let i = 0; i < texts.length; i++) {
    const at = bytes.indexOf(INSTANT, from, 'latin1');
    instants[i] = at;
    from = at + INSTANT.length;
  }
  return { bytes, touchpoints: texts.length, instants, late };
};

/** The first touchpoint of a new customer: it decides a stage. */
export const newCustomerBody = (customer: string): Body =>
  bodyOf(
    [
      textOf(
        {
          source: 'crm',
          id: customer,
          type: 'prospect.identified',
          customer,
          occurredAt: 0,
          recordedAt: 0,
          data: { channel: 'partner' },
        },
        0,
        0,
      ),
    ],
    new Int32Array(1),
  );

/** Writes the instants. The body must not be under way. */
export const stamp = ({ bytes, instants, late }: Body, now: number): void => {
  const text = formatInstant(now);
  for (let i = 0; i < instants.length; i++)
    bytes.write(late[i] === 0 ? text : formatInstant(now - late[i]!), instants[i]!, 'latin1');
};

/** Ids as long as touchpoints may have them: what the interface gives of them, it takes back. */
import { type AnyJson, type AskedApi, askedApi } from '../testing/asked-api';

/** 512 characters, which is the most, of up to three bytes each; some of them written longer in JSON or in a URL. */
const LONGEST = ['漢', '\\', '"', '😀', '%', 'é'].map((one) => one.repeat(512 / one.length));
const AT = '2026-03-01T10:00:00Z';

let api: AskedApi;
beforeAll(async () => {
  api = await askedApi({ now: () => Date.parse('2026-03-10T12:00:00Z') });
  for (const [i, customer] of LONGEST.entries()) {
    const caseId = LONGEST[(i + 1) % LONGEST.length];
    const rest = { customer, occurredAt: AT };
    await api.record(
      { ...rest, type: 'complaint.opened', id: caseId, source: customer, data: { caseId } },
      { ...rest, type: 'complaint.opened', data: { caseId: `${caseId.slice(0, -4)}shut` } },
      {
        ...rest,
        type: 'complaint.resolved',
        occurredAt: '2026-03-02T10:00:00Z',
        data: { caseId: `${caseId.slice(0, -4)}shut` },
      },
    );
  }
});
afterAll(() => api.close());

/** Everything of a list, one at a time, as whoever follows `next` gets it. */
const oneByOne = async (url: string, name: string): Promise<readonly AnyJson[]> => {
  const found: AnyJson[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const { status, body } = await api.ask(`${url}${url.includes('?') ? '&' : '?'}limit=1${next && `&after=${next}`}`);
    if (status !== 200) throw new Error(`${status} after ${found.length}: ${body.detail}`);
    found.push(...body[name]);
    next = body.next;
  }
  return found;
};

it('customers are listed to the last', async () => {
  const customers = await oneByOne('/v1/customers', 'customers');
  expect(customers.map(({ customer }) => customer).sort()).toEqual([...LONGEST].sort());
});

it.each([true, false])('cases, where open is %s, are listed to the last', async (open) => {
  expect(await oneByOne(`/v1/cases?open=${open}`, 'cases')).toHaveLength(LONGEST.length);
});

it.each(LONGEST.map((customer) => [[...customer][0], customer]))(
  'each of a customer of %s is found, with the whole timeline',
  async (_, customer) => {
    const url = `/v1/customers/${encodeURIComponent(customer)}`;
    expect((await api.ask(url)).body.customer).toBe(customer);
    for (const order of ['oldest', 'newest']) {
      const whole = (await api.ask(`${url}/timeline?order=${order}`)).body.entries;
      expect(whole.length).toBeGreaterThan(3);
      expect(await oneByOne(`${url}/timeline?order=${order}`, 'entries')).toEqual(whole);
    }
  },
);

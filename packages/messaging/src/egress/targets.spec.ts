import { createTargets, type Resolve, type TargetOptions, TargetRefused } from './targets';

const PUBLIC = '93.184.215.14';
const CLOSED: TargetOptions = { allowPrivateTargets: false, allowedTargets: [], allowHttp: false };

const answering =
  (...addresses: readonly string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

const problemOf = (url: string, options: Partial<TargetOptions> = {}, resolve = answering(PUBLIC)) =>
  createTargets({ ...CLOSED, ...options }, resolve).check(url);

describe('what is refused', () => {
  test.each([
    'https://127.0.0.1/',
    'https://127.9.9.9:8443/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://017700000001/',
    'https://127.1/',
    'https://127.0.0.1./',
    'https://１２７.0.0.1/',
    'https://%31%32%37.0.0.1/',
    'https://0.0.0.0/',
    'https://0/',
    'https://10.1.2.3/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://168.63.129.16/machine',
    'https://100.64.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://240.0.0.1/',
    'https://198.18.0.1/',
    'https://192.0.2.1/',
    'https://[::]/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::127.0.0.1]/',
    'https://[::7f00:1]/',
    'https://[64:ff9b::127.0.0.1]/',
    'https://[64:ff9b::a00:1]/',
    'https://[64:ff9b:1::a00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[fc00::1]/',
    'https://[fd12:3456::1]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    'https://localhost/',
    'https://LOCALHOST:8080/',
    'https://localhost./',
    'https://shop.localhost/',
  ])('%s', async (url) => {
    expect(await problemOf(url)).toMatch(/deliveries do not go there unless the operator allows it/);
  });

  test.each(['10.0.0.7', '127.0.0.1', '169.254.169.254', '::1', 'fd00::7', '::ffff:192.168.0.1', '64:ff9b::a00:1'])(
    'a name that leads to %s, also where it has a public address besides',
    async (address) => {
      expect(await problemOf('https://shop.example/', {}, answering(address))).toContain(`leads to ${address}`);
      expect(await problemOf('https://shop.example/', {}, answering(PUBLIC, address))).toContain(address);
    },
  );

  test.each([
    ['', /is not a URL/],
    ['shop.example/hook', /is not a URL/],
    ['ftp://shop.example/', /must begin with https/],
    ['file:///etc/passwd', /must begin with https/],
    ['javascript:alert(1)', /must begin with https/],
    ['http://shop.example/', /must begin with https/],
    [`http://${PUBLIC}/`, /must begin with https/],
    ['https://user:secret@shop.example/', /user name or password/],
    ['https://user@shop.example/', /user name or password/],
    ['https://shop.example:0/', /port 0/],
    [`https://shop.example/${'x'.repeat(3_000)}`, /longer than/],
  ])('%s', async (url, problem) => {
    expect(await problemOf(url)).toMatch(problem);
  });

  test('where private targets are allowed: what belongs to no host, or to the cloud it runs in', async () => {
    for (const address of ['169.254.169.254', '224.0.0.1', '0.0.0.0', '[fe80::1]', '[64:ff9b::7f00:1]'])
      expect(await problemOf(`http://${address}/`, { allowPrivateTargets: true })).toMatch(/do not go there/);
  });

  test.each([
    '169.254.170.23',
    '168.63.129.16',
    '100.100.100.200',
    '[fd00:ec2::254]',
    '[fd00:ec2:0:0:0:0:0:23]',
    '[fd20:ce::254]',
    '[fd00:c1::a9fe:a9fe]',
    '[fd00:42::42]',
    '[::ffff:100.100.100.200]',
    '[::ffff:6464:64c8]',
    '[64:ff9b::6464:64c8]',
    '[fe80::a9fe:a9fe]',
  ])(
    'where private targets are allowed: the metadata of clouds at %s, by name too, unless it is listed',
    async (host) => {
      const address = host.replace(/[[\]]/g, '');
      const options = { allowPrivateTargets: true, allowHttp: true };
      expect(await problemOf(`http://${host}/`, options)).toMatch(/do not go there/);
      expect(await problemOf('https://evil.example/', options, answering(address))).toMatch(/do not go there/);
      expect(await problemOf(`http://${host}/`, { ...options, allowedTargets: [address] })).toBeUndefined();
    },
  );

  test('where private targets are allowed: their neighbours are private targets', async () => {
    for (const address of ['100.100.100.201', '[fd20:ce::255]', '[fd00:c1::1]', '[fd00:42::1]', '[fd00:ec3::254]'])
      expect(await problemOf(`http://${address}/`, { allowPrivateTargets: true })).toBeUndefined();
  });
});

describe('what is allowed', () => {
  test.each([
    ['https://shop.example/hook?key=1', {}],
    [`https://${PUBLIC}:8443/`, {}],
    ['https://[2606:4700::6810:84e5]/', {}],
    ['http://shop.example/', { allowHttp: true }],
    ['http://127.0.0.1:3000/', { allowPrivateTargets: true }],
    ['http://[::1]:3000/', { allowPrivateTargets: true }],
    ['http://192.168.1.7/', { allowedTargets: ['192.168.0.0/16'] }],
    ['http://[::ffff:192.168.1.7]/', { allowedTargets: ['192.168.0.0/16'] }],
    ['https://[fd00::7]/', { allowedTargets: ['fd00::/8'] }],
    ['https://10.0.0.7/', { allowedTargets: ['10.0.0.7'] }],
    ['http://Receiver.Internal./', { allowedTargets: ['receiver.internal'] }],
  ] as const)('%s with %j', async (url, options) => {
    expect(await problemOf(url, options)).toBeUndefined();
  });

  test('localhost where private targets are allowed', async () => {
    const options = { allowPrivateTargets: true };
    expect(await problemOf('http://localhost:3000/', options, answering('127.0.0.1', '::1'))).toBeUndefined();
  });

  test('a listed name may lead anywhere, another name to the same place may not', async () => {
    const options = { allowedTargets: ['crm.internal'] };
    expect(await problemOf('http://crm.internal/', options, answering('10.0.0.7'))).toBeUndefined();
    expect(await problemOf('https://evil.example/', options, answering('10.0.0.7'))).toContain('10.0.0.7');
  });

  test('a listed range opens nothing beside it', async () => {
    expect(await problemOf('https://192.169.0.1/', { allowedTargets: ['192.168.0.0/16'] })).toBeUndefined();
    expect(await problemOf('https://10.0.0.1/', { allowedTargets: ['192.168.0.0/16'] })).toMatch(/private address/);
    expect(await problemOf('http://192.169.0.1/', { allowedTargets: ['192.168.0.0/16'] })).toMatch(/https/);
  });

  test('a name without an address now, since deliveries will say so', async () => {
    const unknown: Resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect(await problemOf('https://soon.example/', {}, unknown)).toBeUndefined();
  });
});

describe('when a connection is made', () => {
  const lookUp = (url: string, resolve: Resolve, options: Partial<TargetOptions> = {}): Promise<unknown> =>
    new Promise((settle, reject) =>
      createTargets({ ...CLOSED, ...options }, resolve).lookupFor(new URL(url))(
        'shop.example',
        { all: true },
        (error, addresses) => (error === null ? settle(addresses) : reject(error)),
      ),
    );

  test('the very addresses that were looked at are connected to', async () => {
    expect(await lookUp('https://shop.example/', answering(PUBLIC))).toEqual([{ address: PUBLIC, family: 4 }]);
  });

  test('an answer of DNS that became private is refused', async () => {
    await expect(lookUp('https://shop.example/', answering('127.0.0.1'))).rejects.toThrow(TargetRefused);
    await expect(lookUp('https://shop.example/', answering(PUBLIC, '10.0.0.1'))).rejects.toThrow(/10\.0\.0\.1/);
  });

  test('a name that many connections wait for is asked for once, and again afterwards', async () => {
    let asked = 0;
    const targets = createTargets(CLOSED, async () => {
      asked++;
      await new Promise(setImmediate);
      return [{ address: PUBLIC, family: 4 }];
    });
    await Promise.all(Array.from({ length: 50 }, () => targets.check('https://shop.example/')));
    expect(asked).toBe(1);
    await targets.check('https://shop.example/');
    expect(asked).toBe(2);
  });

  test('http to a name that became public is refused', async () => {
    const options = { allowPrivateTargets: true };
    await expect(lookUp('http://shop.example/', answering(PUBLIC), options)).rejects.toThrow(/https/);
    await expect(lookUp('http://shop.example/', answering('10.0.0.1'), options)).resolves.toHaveLength(1);
  });
});

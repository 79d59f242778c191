/**
 * What cross-selling costs at a size: node packages/bench/dist/costs/cross-sell.js [products customers facts]
 * Prints one JSON document. Products are bought by a power law, baskets are of very different sizes, all seeded.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OwnedProduct, OwnershipFact } from '@rapport/domain';
import { openCrossSellStore } from '@rapport/read-model';
import { uniform } from '../evaluation/statistics/uniform';

const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);
const DAYS = 730;
const END = START + DAYS * DAY;
const BATCH = 1_000;

/** Whole customers, one after another; popularity of the k-th product goes with (k + 10)^-0.8. */
function* customersOf(products: number, customers: number, facts: number): Generator<readonly OwnershipFact[]> {
  const random = uniform(20_240_101);
  const cumulative = new Float64Array(products);
  let total = 0;
  for (let k = 0; k < products; k++) cumulative[k] = total += (k + 10) ** -0.8;
  const pick = (): number => {
    const wanted = random() * total;
    let [low, high] = [0, products - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  for (let c = 0; c < customers; c++) {
    const size = 1 + Math.floor(-Math.log(1 - random()) * (facts / customers - 0.5));
    const basket: OwnershipFact[] = [];
    let orderedAt = START + Math.floor(random() * DAYS * DAY);
    for (let i = 0; i < size; i++) {
      if (i % 4 === 3) orderedAt = Math.min(END, orderedAt + Math.floor(random() * 60 * DAY));
      basket.push({ customer: `customer-${c}`, product: `product-${pick()}`, firstOrderedAt: orderedAt });
    }
    yield basket;
  }
}

const milliseconds = (from: bigint): number => Number(process.hrtime.bigint() - from) / 1e6;
const rounded = (value: number): number => Math.round(value * 10) / 10;
const timed = async <T>(work: () => Promise<T> | T): Promise<readonly [T, number]> => {
  const from = process.hrtime.bigint();
  const result = await work();
  return [result, rounded(milliseconds(from))];
};

const ownedOf = (basket: readonly OwnershipFact[]): readonly OwnedProduct[] =>
  basket.map(({ product, firstOrderedAt }) => ({ product, firstOrderedAt, lastOrderedAt: firstOrderedAt }));

/** After a collection of garbage; the pages of the mapped file count too. */
const residentBytes = (): number => {
  global.gc?.();
  return process.memoryUsage().rss;
};

interface Cold {
  readonly products: number;
  readonly load: number;
  readonly first: number;
  readonly again: number;
  readonly candidates: number;
  readonly heldBytes: number;
}

/** A process of its own that opens the store and answers for one customer, as a command line does. */
const cold = async (path: string, owned: readonly OwnedProduct[], asOf: number): Promise<Cold> => {
  const before = residentBytes();
  const store = await openCrossSellStore({ kind: 'sqlite', path }, { mode: 'read' });
  const [crossSell, load] = await timed(() => store.load());
  const heldBytes = residentBytes() - before;
  const [candidates, first] = await timed(() => crossSell.candidates(owned, { asOf }));
  const [, again] = await timed(() => crossSell.candidates(owned, { asOf }));
  await store.close();
  return { products: owned.length, load, first, again, candidates: candidates.length, heldBytes };
};

const inNewProcess = (
  path: string,
  owned: readonly OwnedProduct[],
  asOf: number,
): Cold & { readonly process: number } => {
  const from = process.hrtime.bigint();
  const child = spawnSync(process.execPath, ['--expose-gc', __filename, 'cold', path, String(asOf)], {
    input: JSON.stringify(owned),
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(`The measurement in a new process failed: ${child.stderr}`);
  return { process: rounded(milliseconds(from)), ...JSON.parse(child.stdout) };
};

const measure = async (products: number, customers: number, facts: number): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-cross-sell-cost-'));
  try {
    const path = join(folder, 'cross-sell.sqlite');
    const [, generate] = await timed(() => {
      for (const _ of customersOf(products, customers, facts));
    });
    const store = await openCrossSellStore({ kind: 'sqlite', path }, { mode: 'write' });
    const [size, rebuild] = await timed(() => store.rebuild(customersOf(products, customers, facts), '0'));
    await store.close();
    const bytesOnDisk = statSync(path).size;

    const all = [
      ...customersOf(products, Math.min(customers, 1_000), (facts * Math.min(customers, 1_000)) / customers),
    ];
    const bySize = [...all].sort((a, b) => a.length - b.length);
    const [usual, largest] = [bySize[bySize.length >> 1]!, bySize[bySize.length - 1]!].map(ownedOf);

    const reopened = await openCrossSellStore({ kind: 'sqlite', path }, { mode: 'write' });
    const crossSell = await reopened.load();
    const names = crossSell.popular(END, products).map(({ product }) => product);
    const [similar, neighbours] = await timed(() => {
      let found = 0;
      for (const product of names) found += crossSell.neighbours(product, END).length;
      return found;
    });
    const live = all
      .flat()
      .slice(0, 20 * BATCH)
      .map((fact, i) => ({ ...fact, customer: `new-${i % 5_000}` }));
    const [, apply] = await timed(async () => {
      for (let i = 0; i < live.length; i += BATCH) await reopened.applyFacts(live.slice(i, i + BATCH), `${i}`);
    });
    await reopened.close();

    const now = inNewProcess(path, usual!, END);
    return {
      size,
      bytesPerFact: { onDisk: rounded(bytesOnDisk / size.facts), inMemory: rounded(now.heldBytes / size.facts) },
      megabytes: { onDisk: Math.round(bytesOnDisk / 1e6), inMemory: Math.round(now.heldBytes / 1e6) },
      milliseconds: {
        rebuild: rounded(rebuild - generate),
        allNeighbours: { time: neighbours, products: names.length, found: similar },
        applyPerThousandFacts: rounded(apply / (live.length / BATCH)),
        usualCustomer: { now, halfWay: inNewProcess(path, usual!, (START + END) / 2) },
        largestOfThousand: { now: inNewProcess(path, largest!, END) },
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const readInput = async (): Promise<string> => {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  return text;
};

const main = async (): Promise<unknown> => {
  const [mode, path, asOf] = process.argv.slice(2);
  if (mode === 'cold') return cold(path!, JSON.parse(await readInput()), Number(asOf));
  const [products = 100_000, customers = 200_000, facts = 4_400_000] = process.argv.slice(2).map(Number);
  return measure(products, customers, facts);
};

if (require.main === module)
  main().then(
    (result) => process.stdout.write(`${JSON.stringify(result, null, 2)}\n`),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exitCode = 1;
    },
  );

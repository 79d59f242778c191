import { RETAIL } from '@rapport/domain';
import { replay } from '@rapport/engine';

/** `node memory-main.js LOG ASOF`: replays with two workers and prints the population and its own peak memory. */
const main = async (path: string, asOf: number): Promise<void> => {
  const { population } = await replay({ log: { kind: 'sqlite', path }, ruleset: RETAIL, asOf, workers: 2 });
  const peakMB = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ peakMB, population }));
};

void main(process.argv[2]!, Number(process.argv[3]));

import { compileRuleset, evaluate, Fold, RETAIL, type Touchpoint, viewOf } from '@rapport/domain';
import { expectEqual, type Figure, median, perSecond, timed } from './figure';
import type { Workload } from './workload';

const ROUNDS = 7;
const MOST = 200_000;
const CHECKED = 300;

/** The fold alone: touchpoints in memory, by customer, against JSON.parse of the same touchpoints. */
export const benchFold = async (workload: Workload, asOf: number): Promise<Figure> => {
  const byCustomer = new Map<string, string[]>();
  const share = Math.max(1, Math.ceil(workload.lines.length / MOST));
  let count = 0;
  for (const line of workload.lines) {
    const { customer } = JSON.parse(line) as Touchpoint;
    if (Number(customer.slice(2)) % share !== 0) continue;
    count++;
    const known = byCustomer.get(customer);
    if (known === undefined) byCustomer.set(customer, [line]);
    else known.push(line);
  }
  const texts = [...byCustomer.values()];
  const touchpoints = texts.map((lines) => lines.map((line) => JSON.parse(line) as Touchpoint));
  const program = compileRuleset(RETAIL);
  const fold = new Fold(program);
  const parse: number[] = [];
  const folding: number[] = [];
  let stages: (string | null)[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    parse.push(
      (
        await timed(() => {
          for (const lines of texts) for (const line of lines) JSON.parse(line);
        })
      ).ms,
    );
    stages = [];
    folding.push(
      (
        await timed(() => {
          for (const ofOne of touchpoints) {
            fold.reset();
            fold.apply(viewOf(ofOne, {}));
            fold.advance(asOf);
            stages.push(fold.stageId);
          }
        })
      ).ms,
    );
  }
  const expected = touchpoints.slice(0, CHECKED).map((ofOne) => evaluate(program, ofOne, { asOf }).fold.stageId);
  return {
    name: 'fold alone in memory, against JSON.parse of the same touchpoints',
    value: median(parse) / median(folding),
    unit: 'ratio',
    required: { atLeast: 0.6 },
    ours: perSecond(count, median(folding)),
    reference: perSecond(count, median(parse)),
    check: `the stages of ${Math.min(CHECKED, touchpoints.length)} customers equal the pure function's`,
    wrong: expectEqual('stages', stages.slice(0, CHECKED), expected),
  };
};

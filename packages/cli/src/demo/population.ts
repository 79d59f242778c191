import type { Language, Ruleset } from '@rapport/domain';
import type { ReadModel } from '@rapport/read-model';
import { day } from '../output/instants';
import { counted, whole } from '../output/numbers';
import { populationChange, stageLabelIn, transitionMatrix } from '../output/population';
import type { Style } from '../output/style';

interface Transition {
  readonly from: string;
  readonly to: string;
  readonly customers: number;
}

const PAGE = 1000;

/** The stages of every customer at one instant and at another, counted. */
const transitionsBetween = async (
  readModel: ReadModel,
  before: number,
  after: number,
): Promise<readonly Transition[]> => {
  const counts = new Map<string, { from: string; to: string; customers: number }>();
  let next: string | undefined;
  do {
    const page = await readModel.customers({ limit: PAGE, after: next });
    for (const { customer } of page.customers) {
      const history = await readModel.history(customer);
      const at = (instant: number) =>
        history.find(({ from, to }) => from <= instant && (to === null || to > instant))?.stage;
      const [from, to] = [at(before), at(after)];
      if (from === undefined || to === undefined) continue;
      const key = `${from} ${to}`;
      const count = counts.get(key) ?? { from, to, customers: 0 };
      count.customers++;
      counts.set(key, count);
    }
    next = page.next;
  } while (next !== undefined);
  return [...counts.values()];
};

/** The population a year ago and today, and who went where. */
export const populationLines = async (
  readModel: ReadModel,
  ruleset: Ruleset,
  instants: { readonly yearAgo: number; readonly today: number },
  room: { readonly style: Style; readonly width: number; readonly language: Language },
): Promise<readonly string[]> => {
  const { yearAgo, today } = instants;
  const [before, after] = [await readModel.population(yearAgo), await readModel.population(today)];
  const transitions = await transitionsBetween(readModel, yearAgo, today);
  const ids = ruleset.stages.map(({ id }) => id);
  const step = ({ from, to }: Transition): number => ids.indexOf(to) - ids.indexOf(from);
  const sum = (some: readonly Transition[]): number => some.reduce((total, { customers }) => total + customers, 0);
  const known = sum(transitions);
  const newcomers = Object.values(after).reduce((total, count) => total + count, 0) - known;
  const labels = ids.map((id) => stageLabelIn(ruleset, id, room.language));
  const named = transitions.map(({ from, to, customers }) => ({
    from: stageLabelIn(ruleset, from, room.language),
    to: stageLabelIn(ruleset, to, room.language),
    customers,
  }));
  return [
    room.style.bold('Where the relationships stand'),
    populationChange(ruleset, [day(yearAgo), day(today)], before, after, room),
    '',
    `${room.style.bold('Who moved')}  of ${counted(known, 'customer')} known a year ago: ${room.style.green(`${whole(sum(transitions.filter((one) => step(one) > 0)))} rose`)}, ${room.style.red(`${whole(sum(transitions.filter((one) => step(one) < 0)))} fell`)}; ${whole(newcomers)} are new`,
    transitionMatrix(labels, labels, named, room),
  ];
};

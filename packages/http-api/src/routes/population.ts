/** `GET /v1/population`: how many customers are on each stage, and who went where in a period. */
import { directionOf, formatInstant, type Program } from '@rapport/domain';
import type { ApiEngine } from '../api-engine';
import { instant, integer, list, nullable, object, oneOf, type Routes, type TypeOf, text } from '../codec';
import { answers } from './answers';
import { AS_OF, beginIn, FROM, instantIn, TO, wrongParameter } from './parameters';

const QUERY = object({}, { at: AS_OF, from: FROM, to: TO });

const FLOW = object({
  from: nullable(text('The stage they left; null for their first touchpoint.')),
  to: text('The stage they came to.'),
  direction: oneOf(['up', 'down'], 'On the ladder.'),
  customers: integer('How often.'),
});
const POPULATION = object(
  {
    at: instant('When it was so.'),
    customers: integer('On all stages.'),
    stages: list(object({ stage: text('The stage.'), customers: integer('How many.') }), 'In order of the ladder.'),
  },
  {
    from: instant('Begin of the period, itself included.'),
    to: instant('End of the period, itself left out.'),
    flows: list(FLOW, 'Changes of stage in the period, most first. Only where a period was asked for.'),
  },
);

const ladderOf = ({ stages }: Program): readonly string[] => stages.map(({ id }) => id);

const byStage = (counts: Readonly<Record<string, number>>, ladder: readonly string[]) =>
  [...ladder, ...Object.keys(counts).filter((stage) => !ladder.includes(stage))].map((stage) => ({
    stage,
    customers: counts[stage] ?? 0,
  }));

/** The period asked for. @throws Refusal for one without a begin, or that ends before it begins */
const periodIn = (query: TypeOf<typeof QUERY>, now: number) => {
  const from = beginIn(query);
  const given = instantIn(query, 'to');
  if (from === undefined) {
    if (given !== undefined) throw wrongParameter('from', 'is missing: a period has a begin.');
    return undefined;
  }
  const to = given ?? now;
  if (to <= from) throw wrongParameter('to', `must be after "from"; now, where it is absent.`);
  return { from, to };
};

export const registerPopulation = (app: Routes, engine: ApiEngine): void => {
  app.get(
    '/v1/population',
    {
      schema: {
        operationId: 'population',
        tags: ['population'],
        summary: 'Customers per stage, and flows between stages in a period',
        description:
          'As history stands now, late touchpoints included. With `from` (and `to`, else now) the flows of that period are added, and the population is that of its end unless `at` says otherwise.',
        querystring: QUERY,
        response: answers(POPULATION, 'Customers per stage.'),
      },
    },
    async ({ query }) => {
      const now = engine.now();
      const period = periodIn(query, now);
      // A period leaves its end out, so its population is that of the instant before.
      const at = instantIn(query, 'at') ?? (period === undefined || query.to === undefined ? undefined : period.to - 1);
      const readModel = engine.readModel();
      const ladder = ladderOf(engine.rules().program);
      const stages = byStage(await readModel.population(at), ladder);
      const population = {
        at: formatInstant(at ?? now),
        customers: stages.reduce((sum, { customers }) => sum + customers, 0),
        stages,
      };
      if (period === undefined) return population;
      const flows = [...(await readModel.flows(period))]
        .sort((a, b) => b.customers - a.customers)
        .map(({ from, to, customers }) => ({ from, to, direction: directionOf(ladder, from, to), customers }));
      return { ...population, from: formatInstant(period.from), to: formatInstant(period.to), flows };
    },
  );
};

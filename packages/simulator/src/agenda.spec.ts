import { agenda } from './agenda';

test('plans are carried out by time, those of one instant in order of planning, and time is told before each', () => {
  const done: string[] = [];
  const plans = agenda<string[]>((context, at) => context.push(`at ${at}`));
  plans.plan(20, (context) => context.push('c'));
  plans.plan(10, (context, at) => {
    context.push('a');
    plans.plan(at, () => context.push('a, by the way'));
  });
  plans.plan(20, (context) => context.push('d'));
  plans.plan(10, (context) => context.push('b'));
  plans.plan(31, (context) => context.push('too late'));
  plans.run(done, 30);
  expect(done).toEqual(['at 10', 'a', 'at 10', 'b', 'at 10', 'a, by the way', 'at 20', 'c', 'at 20', 'd']);
});

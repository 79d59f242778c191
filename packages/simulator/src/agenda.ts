/** What is still to happen to one customer, in order of time; of one instant, in order of planning. */
export interface Agenda<C> {
  plan(at: number, act: (context: C, at: number) => void): void;
  /** Carries out everything up to and including `until`, also what is planned on the way. */
  run(context: C, until: number): void;
}

interface Item<C> {
  readonly at: number;
  readonly act: (context: C, at: number) => void;
}

/**
 * A customer has a dozen plans at a time, so a sorted array (next one last) is as good as a heap.
 * `before` is called ahead of each plan that is carried out.
 */
export const agenda = <C>(before: (context: C, at: number) => void): Agenda<C> => {
  const items: Item<C>[] = [];
  return {
    plan: (at, act) => {
      const item = { at, act };
      let i = items.length;
      items.push(item);
      while (i > 0 && items[i - 1]!.at <= at) {
        items[i] = items[i - 1]!;
        i--;
      }
      items[i] = item;
    },
    run: (context, until) => {
      while (items.length > 0 && items[items.length - 1]!.at <= until) {
        const { at, act } = items.pop()!;
        before(context, at);
        act(context, at);
      }
    },
  };
};

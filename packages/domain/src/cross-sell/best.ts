/**
 * Keeps the `size` best of the numbered things offered to it, by score and then by `before`; a heap with the worst
 * kept on top, so that most of what is offered costs one comparison. Positions are within the heap, so an element is
 * always there (`!`).
 */
export interface Best {
  offer(item: number, score: number): void;
  /** The kept items, best first; empties the keeper. */
  take(): { readonly items: Uint32Array; readonly scores: Float64Array };
}

/** `before(a, b)`: whether a comes before b when their scores are equal; a total order. */
export const createBest = (size: number, before: (a: number, b: number) => boolean): Best => {
  const items: number[] = [];
  const scores: number[] = [];
  const worse = (a: number, b: number): boolean =>
    scores[a] !== scores[b] ? scores[a]! < scores[b]! : before(items[b]!, items[a]!);
  const swap = (a: number, b: number): void => {
    [items[a], items[b]] = [items[b]!, items[a]!];
    [scores[a], scores[b]] = [scores[b]!, scores[a]!];
  };
  const sink = (): void => {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= items.length) return;
      const child = left + 1 < items.length && worse(left + 1, left) ? left + 1 : left;
      if (!worse(child, at)) return;
      swap(child, at);
      at = child;
    }
  };
  const rise = (): void => {
    for (let at = items.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!worse(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  };

  return {
    offer: (item, score) => {
      if (items.length < size) {
        items.push(item);
        scores.push(score);
        rise();
      } else if (size > 0 && (score > scores[0]! || (score === scores[0] && before(item, items[0]!)))) {
        items[0] = item;
        scores[0] = score;
        sink();
      }
    },
    take: () => {
      const count = items.length;
      const sorted = { items: new Uint32Array(count), scores: new Float64Array(count) };
      for (let place = count - 1; place >= 0; place--) {
        sorted.items[place] = items[0]!;
        sorted.scores[place] = scores[0]!;
        swap(0, items.length - 1);
        items.pop();
        scores.pop();
        sink();
      }
      return sorted;
    },
  };
};

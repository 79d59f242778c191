import type { Database } from 'better-sqlite3';
import type { RelationshipSave } from '../read-model';
import { rowInserter, type Value } from './row-inserter';

type History = Extract<RelationshipSave, { readonly kind: 'relationship' }>['history'];

/** Writes stage intervals. The cost of appending does not depend on how many there are. */
export const historyWriter = (db: Database) => {
  const last = db
    .prepare<[number], [entered: number, left: number | null, stage: string]>(
      'SELECT entered_at, left_at, stage FROM stage_intervals WHERE key = ? ORDER BY entered_at DESC LIMIT 1',
    )
    .raw();
  const insert = rowInserter(db, 'stage_intervals', [
    'key',
    'entered_at',
    'left_at',
    'stage',
    'came_from',
    'cause',
    'touchpoint_source',
    'touchpoint_id',
  ]);
  const end = db.prepare('UPDATE stage_intervals SET left_at = ? WHERE key = ? AND entered_at = ?');
  const removeFrom = db.prepare('DELETE FROM stage_intervals WHERE key = ? AND entered_at >= ?');
  const remove = db.prepare('DELETE FROM stage_intervals WHERE key = ?');

  /** Makes room for intervals from an instant on; the stage before it. */
  const endAt = (key: number, instant: number): string | null => {
    let before = last.get(key);
    if (before !== undefined && before[0] >= instant) {
      removeFrom.run(key, instant);
      before = last.get(key);
    }
    if (before === undefined) return null;
    if (before[1] !== instant) end.run(instant, key, before[0]);
    return before[2];
  };

  return {
    put: (key: number, known: boolean, { mode, intervals }: History): void => {
      const [first] = intervals;
      let cameFrom: string | null = null;
      if (known && mode === 'replace') remove.run(key);
      else if (known && first !== undefined) cameFrom = endAt(key, first.from);
      const values: Value[] = [];
      for (const { from, to, stage, cause, touchpoint } of intervals) {
        values.push(key, from, to, stage, cameFrom, cause, touchpoint?.source, touchpoint?.id);
        cameFrom = stage;
      }
      insert(values);
    },
    remove: (key: number): void => void remove.run(key),
  };
};

import type { Conversion } from './column-kind';
import { ImportError } from './import-error';
import { isNode, nodesIn, type SqlNode, type SqlValue } from './mapping-tree';
import { isColumn, TYPED_OUTPUT } from './sql-words';

/** A column of `input` as the places where a mapping uses it see it. */
export interface UsedColumn {
  /** As the file has it. */
  readonly name: string;
  /** In SQL. */
  readonly column: string;
  readonly type: string;
  readonly numbers: boolean;
  /** The function that converts its text; absent where it has its type already, or is only text. */
  readonly convert?: string;
  /** What it is, or is made by that. */
  readonly to?: Conversion['to'];
  /** Whether every value can be converted. */
  readonly fits: boolean;
  /** Why it cannot be converted before something is said. */
  readonly ask?: string;
}

/**
 * Which column a name means. One that only case tells from another has to be written as the file does.
 *
 * @throws ImportError for a name that may be several
 */
export const resolver =
  (columns: readonly UsedColumn[], mapping: string) =>
  (ref: string): UsedColumn | undefined => {
    const alike = columns.filter(
      ({ name, column }) => name.toLowerCase() === ref.toLowerCase() || column.toLowerCase() === ref.toLowerCase(),
    );
    if (alike.length <= 1) return alike[0];
    const exact = alike.find(({ name }) => name === ref) ?? alike.find(({ column }) => column === ref);
    if (exact !== undefined) return exact;
    const names = alike.map(({ name }) => name);
    throw new ImportError('mapping', `${mapping}: ${ref} may be ${names.join(' or ')}. Write it as the file does.`, {
      file: mapping,
      field: ref,
    });
  };

/** The names that SELECTs give: columns that only have another name there, and names of something computed. */
export const namesIn = (top: SqlNode, resolve: (ref: string) => UsedColumn | undefined) => {
  const named = new Map<string, UsedColumn | undefined>();
  const visit = (value: SqlValue | undefined): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isNode(value)) return;
    for (const item of nodesIn(value.select_list)) {
      const alias = String(item.alias ?? '').toLowerCase();
      if (alias === '' || TYPED_OUTPUT.has(alias)) continue;
      const names = isColumn(item) ? (item.column_names as string[]) : [];
      const column = names.length === 0 || names.length > 2 ? undefined : resolve(names[names.length - 1]!);
      // A name that stands for two things means neither of them.
      named.set(alias, !named.has(alias) || named.get(alias) === column ? column : undefined);
    }
    for (const one of Object.values(value)) visit(one);
  };
  visit(top);
  return named;
};

/** A column of a file and what it is called in SQL, where case does not tell names apart. */
export interface ColumnName {
  /** As the file has it. */
  readonly name: string;
  /** In SQL: the same, unless it is empty or differs from an earlier one in case only. */
  readonly column: string;
}

/** Gives the columns of a file names that SQL can tell apart, in the order in which they are found. */
export const columnNames = () => {
  const names: ColumnName[] = [];
  const taken = new Set<string>();
  return {
    all: names as readonly ColumnName[],
    add: (name: string): ColumnName => {
      const wanted = name === '' ? `column_${names.length + 1}` : name;
      let column = wanted;
      for (let i = 1; taken.has(column.toLowerCase()); i++) column = `${wanted}_${i}`;
      taken.add(column.toLowerCase());
      const added = { name: wanted, column };
      names.push(added);
      return added;
    },
  };
};

import type { InputReport } from '@rapport/files';
import { plain, type Style } from './style';
import { table } from './table';

/** How files were read: their layout, and of each column what it is and what was taken for granted. */
export const inputLines = (inputs: readonly InputReport[], { style }: { readonly style: Style }): readonly string[] =>
  inputs.flatMap(({ file, layout, columns }, i) => [
    `${style.bold(plain(file))}  ${layout}`,
    ...(columns.length === 0
      ? []
      : [
          table(
            [{ title: '' }, { title: '' }, { title: '' }],
            columns.map(({ name, column, kind, note }) => [
              plain(column === undefined ? name : `${name} as ${column}`),
              kind,
              style.yellow(plain(note ?? '')),
            ]),
            { indent: 2 },
          ),
        ]),
    // Files of which only the layout is reported stand together.
    ...(columns.length === 0 && inputs[i + 1]?.columns.length === 0 ? [] : ['']),
  ]);

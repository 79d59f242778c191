import { type Place, valueFlags } from './choices';

/** Fish knows two escapes within single quotes. */
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const lines = ({ path, commands, options }: Place): readonly string[] => {
  const here = `complete -c rapport -n ${quoted(`__rapport_at ${path}`.trim())}`;
  return [
    ...commands.map(({ text, does }) => `${here} -f -a ${quoted(text)} -d ${quoted(does)}`),
    ...options.map(({ flags, does, takesValue, values }) => {
      const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
      const value = values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : takesValue ? ' -r' : '';
      return `${here} ${names.join(' ')}${value} -d ${quoted(does)}`;
    }),
  ];
};

/** For `rapport completion fish | source`, or as `~/.config/fish/completions/rapport.fish`. */
export const fishScript = (places: readonly Place[]): string => {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return `# Completion of rapport for fish: rapport completion fish | source
function __rapport_at --description 'whether the command typed so far is this one'
    set -l place
    set -l skip
    for word in (commandline -opc)[2..-1]
        if test -n "$skip"
            set skip
            continue
        end
        switch $word
            case ${valueFlags(places).join(' ')}
                set skip 1
            case '-*'
            case '*'
                contains -- (string join ' ' $place $word) ${paths.join(' ')}
                and set place $place $word
        end
    end
    test "$place" = "$argv"
end
${places.flatMap(lines).join('\n')}
`;
};

import { type Place, quoted, valueFlags } from './choices';

/** An entry of `_describe`: a colon ends the word. */
const entry = (text: string, does: string): string => quoted(`${text.replaceAll(':', '\\:')}:${does}`);

const lists = ({ path, commands, options }: Place): string =>
  `    ${quoted(path)})
      commands=(${commands.map(({ text, does }) => entry(text, does)).join(' ')})
      options=(${options.flatMap(({ flags, does }) => flags.map((flag) => entry(flag, does))).join(' ')})
      ;;`;

/** For `eval "$(rapport completion zsh)"`, or as the file `_rapport` in a folder of `fpath`. */
export const zshScript = (places: readonly Place[]): string => {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  const values = places.flatMap(({ path, options }) =>
    options
      .filter((one) => one.values.length > 0)
      .map(
        (one) =>
          `    ${one.flags.map((flag) => quoted(`${path}|${flag}`)).join(' | ')}) values=(${one.values.map(quoted).join(' ')}) ;;`,
      ),
  );
  return `#compdef rapport
# Completion of rapport for zsh: eval "$(rapport completion zsh)"
_rapport() {
  local place='' skip='' word
  local -a commands options values
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n $skip ]]; then skip=''; continue; fi
    case "$word" in
      ${valueFlags(places).join(' | ')}) skip=1; continue ;;
      -*) continue ;;
    esac
    case "\${place:+$place }$word" in
      ${paths.join(' | ')}) place="\${place:+$place }$word" ;;
    esac
  done
  case "$place|\${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  if (( \${#values} )); then compadd -a values; return; fi
  if [[ -n $skip ]]; then _files; return; fi
  case "$place" in
${places.map(lists).join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then _describe option options; return; fi
  if (( \${#commands} )); then _describe command commands; else _files; fi
}
# Run by fpath it completes at once; by eval it is only registered.
if [[ "\${funcstack[1]}" == _rapport ]]; then _rapport "$@"; elif (( $+functions[compdef] )); then compdef _rapport rapport; fi
`;
};

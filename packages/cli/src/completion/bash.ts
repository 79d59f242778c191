import { type Place, quoted, valueFlags } from './choices';

const words = ({ commands, options }: Place): string =>
  [...commands.map(({ text }) => text), ...options.flatMap(({ flags }) => flags)].join(' ');

/** For `eval "$(rapport completion bash)"`. Where nothing else fits, bash completes file names. */
export const bashScript = (places: readonly Place[]): string => {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  const values = places.flatMap(({ path, options }) =>
    options
      .filter((one) => one.values.length > 0)
      .map(
        (one) =>
          `    ${one.flags.map((flag) => quoted(`${path}|${flag}`)).join(' | ')}) words=${quoted(one.values.join(' '))} ;;`,
      ),
  );
  return `# Completion of rapport for bash: eval "$(rapport completion bash)"
_rapport() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' skip='' word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -n $skip ]]; then skip=''; continue; fi
    case "$word" in
      ${valueFlags(places).join(' | ')}) skip=1; continue ;;
      -*) continue ;;
    esac
    case "\${path:+$path }$word" in
      ${paths.join(' | ')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path|$previous" in
${values.join('\n')}
  esac
  if [[ -z $words && -z $skip ]]; then
    case "$path" in
${places.map((place) => `      ${quoted(place.path)}) words=${quoted(words(place))} ;;`).join('\n')}
    esac
    # Options only where one is begun: else they would hide the names of files.
    [[ $current == -* ]] || words="$(printf '%s\\n' $words | grep -v '^-')"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _rapport rapport
`;
};

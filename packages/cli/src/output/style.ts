import { createColors } from 'picocolors';

/** Colours for one stream; all of them leave the text alone where the stream is not a terminal. */
export type Style = ReturnType<typeof createColors>;

interface Stream {
  readonly isTTY?: boolean;
}

/** Colours are for people: none into files and pipes, none under NO_COLOR (https://no-color.org) or a dumb terminal. */
export const styleFor = (stream: Stream, environment: NodeJS.ProcessEnv): Style => {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  const refused = NO_COLOR !== undefined && NO_COLOR !== '';
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  return createColors(!refused && (forced || (stream.isTTY === true && TERM !== 'dumb')));
};

/** Control characters of data must not reach the terminal, where they could move the cursor or hide text. */
export const plain = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd');

/** Shortened to a number of characters, with an ellipsis. */
export const shorten = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;

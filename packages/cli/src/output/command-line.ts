import { shellWord } from '@rapport/data-directory';
import type { Cli } from '../cli';

/**
 * A command to go on with, as people copy it into a shell: every word quoted where need be, about the same store and
 * in the same zone as the command that suggests it, and begun as that one was.
 */
export const commandLine = (
  { dataFlag, tzFlag }: Pick<Cli, 'dataFlag' | 'tzFlag'>,
  ...words: readonly string[]
): string =>
  [
    ...(process.env.npm_lifecycle_event === undefined ? [] : ['npx']),
    'rapport',
    ...words,
    ...(dataFlag === undefined ? [] : ['--data', dataFlag]),
    ...(tzFlag === undefined ? [] : ['--tz', tzFlag]),
  ]
    .map(shellWord)
    .join(' ');

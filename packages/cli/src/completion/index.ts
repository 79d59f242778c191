import type { Command } from 'commander';
import { bashScript } from './bash';
import { placesOf } from './choices';
import { fishScript } from './fish';
import { zshScript } from './zsh';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export type Shell = keyof typeof SCRIPTS;

export const SHELLS = Object.keys(SCRIPTS) as readonly Shell[];

/** A script that teaches a shell the commands of `program`; it runs no program while the user types. */
export const completionScript = (program: Command, shell: Shell): string => SCRIPTS[shell](placesOf(program));

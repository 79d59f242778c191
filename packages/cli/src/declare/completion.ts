import type { Command } from 'commander';
import { declare } from './declare';

/** The command that teaches a shell all commands, itself too. */
export const declareCompletion = (program: Command, signal: AbortSignal): void => {
  declare(program, signal, {
    name: 'completion',
    does: 'print a script that completes commands and options in a shell: bash, zsh or fish',
    arguments: '<shell>',
    oneOf: { description: 'whose', choices: ['bash', 'zsh', 'fish'] },
    details:
      'Put into the file that your shell reads at its start:\n' +
      '  bash  ~/.bashrc                   eval "$(rapport completion bash)"\n' +
      '  zsh   ~/.zshrc, after compinit    eval "$(rapport completion zsh)"\n' +
      '  fish  ~/.config/fish/config.fish  rapport completion fish | source',
    examples: ['completion bash'],
    run: async (cli, [shell]) => {
      const { completionScript } = require('../completion') as typeof import('../completion');
      await cli.write(completionScript(program, shell as import('../completion').Shell));
    },
  });
};

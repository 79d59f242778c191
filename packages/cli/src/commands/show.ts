import { withStore } from '@rapport/data-directory';
import { candidatesFor, relationshipDocument, rulesetName } from '@rapport/engine';
import { type Cli, printJson } from '../cli';
import { loadCrossSell } from '../cross-sell';
import type { ViewOptions } from '../instant-options';
import { candidateLines } from '../output/candidates';
import { commandLine } from '../output/command-line';
import { day, span } from '../output/instants';
import { mergedLines } from '../output/merged-customers';
import { relationshipLines, section } from '../output/relationship';
import { plain } from '../output/style';
import { wordsIn } from '../output/words';
import { evaluateCustomer } from '../store/customer';

const TOP_CANDIDATES = 3;
/** A last touchpoint this long before asOf makes most of what is shown a matter of time passed. */
const LONG = 90 * 86_400_000;

/** `rapport show`: one relationship at one instant, folded from the log. */
export const showCommand = (cli: Cli, askedFor: string, options: ViewOptions): Promise<void> =>
  withStore(cli.data, async (store) => {
    const found = await evaluateCustomer(store, askedFor, options);
    const { customer, evaluation, touchpoints, knownAt } = found;
    const reply =
      evaluation.fold.stageId === null
        ? undefined
        : await candidatesFor(() => loadCrossSell(store.files), evaluation, touchpoints, {
            limit: TOP_CANDIDATES,
            language: cli.language,
          });
    if (cli.json) {
      const subject = { ...found, ruleset: rulesetName(store.ruleset, store.hash) };
      return printJson(cli, { ...relationshipDocument(evaluation, subject), crossSell: reply });
    }
    const candidates =
      reply === undefined ? [] : section(wordsIn(cli.language).candidates, candidateLines(reply, cli), cli);
    const [head, ...rest] = relationshipLines(customer, evaluation, knownAt, cli, candidates);
    cli.print([head, ...mergedLines(found, cli), ...rest].join('\n'));
    const { lastTouchpointAt } = evaluation.fold;
    if (evaluation.asOf - lastTouchpointAt > LONG) {
      const last = day(lastTouchpointAt);
      cli.note(
        cli.style.dim(
          `\nThe last touchpoint lies ${span(evaluation.asOf - lastTouchpointAt)} back. How things stood then: ${commandLine(cli, 'show', plain(customer), '--as-of', last)}`,
        ),
      );
    }
  });

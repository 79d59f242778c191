import { withStore } from '@rapport/data-directory';
import { candidatesFor, relationshipDocument } from '@rapport/engine';
import { type Cli, printJson } from '../cli';
import { loadCrossSell } from '../cross-sell';
import { candidateLines } from '../output/candidates';
import { commandLine } from '../output/command-line';
import { day, span } from '../output/instants';
import { mergedLines } from '../output/merged-customers';
import { nothingText } from '../output/nothing';
import { headLine, relationshipLines, section } from '../output/relationship';
import { plain } from '../output/style';
import { usedRulesetLine } from '../output/used-ruleset';
import { wordsIn } from '../output/words';
import { type CustomerOptions, evaluateCustomer } from '../store/customer';

const TOP_CANDIDATES = 3;
/** A last touchpoint this long before asOf makes most of what is shown a matter of time passed. */
const LONG = 90 * 86_400_000;

/** `rapport show`: one relationship at one instant, folded from the log. */
export const showCommand = (cli: Cli, askedFor: string, options: CustomerOptions): Promise<void> =>
  withStore(cli.data, async (store) => {
    const found = await evaluateCustomer(cli, store, askedFor, options);
    const { customer, evaluation, touchpoints, knownAt, subject } = found;
    const known = touchpoints.filter(({ recordedAt }) => recordedAt <= (knownAt ?? Number.POSITIVE_INFINITY));
    const reply =
      evaluation.fold.stageId === null
        ? undefined
        : await candidatesFor(() => loadCrossSell(store.files), evaluation, known, {
            limit: TOP_CANDIDATES,
            language: cli.language,
          });
    if (cli.json) return printJson(cli, { ...relationshipDocument(evaluation, subject), crossSell: reply });
    const candidates =
      reply === undefined ? [] : section(wordsIn(cli.language).candidates, candidateLines(reply, cli), cli);
    const [head, ...rest] =
      subject.nothing === undefined
        ? relationshipLines(customer, evaluation, knownAt, cli, candidates)
        : [
            headLine(customer, { asOf: evaluation.asOf, knownAt }, cli),
            '',
            `  ${nothingText(subject.nothing, cli.language)}`,
            '',
          ];
    cli.print([head, ...mergedLines(found, cli), ...rest, usedRulesetLine(subject.ruleset, cli)].join('\n'));
    if (subject.nothing !== undefined) return;
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

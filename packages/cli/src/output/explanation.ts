import {
  conditionsText,
  describeMissing,
  directionOf,
  type Evaluation,
  type Language,
  labelOf,
  missingForNextStage,
  type Ruleset,
  type StageChange,
  type Touchpoint,
} from '@rapport/domain';
import { day } from './instants';
import { type Look, section } from './relationship';
import { plain, shorten } from './style';
import { table } from './table';
import { wordsIn } from './words';

const stageName = ({ stages }: Ruleset, id: string | null, language: Language): string =>
  id === null ? '–' : plain(labelOf(stages.find((stage) => stage.id === id)?.label, language, id));

const changeRow = (
  change: StageChange,
  ruleset: Ruleset,
  touchpoints: ReadonlyMap<string, Touchpoint>,
  { style, language }: Look,
): readonly string[] => {
  const ladder = ruleset.stages.map(({ id }) => id);
  const direction = directionOf(ladder, change.from, change.to);
  const { touchpoint } = change;
  const cause =
    touchpoint === undefined
      ? wordsIn(language).byTime
      : `${plain(touchpoints.get(`${touchpoint.source} ${touchpoint.id}`)?.type ?? '')} ${style.dim(plain(shorten(touchpoint.id, 24)))}`;
  return [
    day(change.at),
    `${direction === 'up' ? style.green('▲') : style.red('▼')} ${stageName(ruleset, change.to, language)}`,
    `${cause}${change.because.length > 0 ? `\n${style.dim(plain(conditionsText(ruleset, change.because, language)))}` : ''}`,
  ];
};

/** How the stage came about, and what is missing for the next one. */
export const stageExplanation = (
  evaluation: Evaluation,
  touchpoints: readonly Touchpoint[],
  look: Look,
): readonly string[] => {
  const { ruleset } = evaluation.fold.program;
  const words = wordsIn(look.language);
  const byIdentity = new Map(touchpoints.map((one) => [`${one.source} ${one.id}`, one]));
  const rows = evaluation.history.map((change) => changeRow(change, ruleset, byIdentity, look));
  const columns = [{ title: '' }, { title: '' }, { title: '', width: look.width - 34 }];
  return [
    ...section(words.history, rows.length === 0 ? [] : [table(columns, rows)], look),
    ...section(...missingSection(evaluation, look), look),
  ];
};

const missingSection = (
  evaluation: Evaluation,
  { language, width }: Look,
): [title: string, lines: readonly string[]] => {
  const { ruleset } = evaluation.fold.program;
  const words = wordsIn(language);
  const next = missingForNextStage(evaluation);
  if (next === null) return [words.reached.charAt(0).toUpperCase() + words.reached.slice(1), ['✓']];
  const title = `${words.toNext} ${stageName(ruleset, next.stage, language)}`;
  const missing = next.missing === null ? words.allMet : plain(describeMissing(ruleset, next.missing, language));
  return [title, [table([{ title: '', width: width - 4 }], [[missing]])]];
};

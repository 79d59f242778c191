import type { Explanation, NamedTouchpoint, StageStay } from '@rapport/engine';
import { day } from './instants';
import { type Look, section } from './relationship';
import { plain, type Style, shorten } from './style';
import { table } from './table';
import { wordsIn } from './words';

/** The type of a touchpoint, and its id in short. */
const touchpointText = ({ type, id }: NamedTouchpoint, style: Style): string =>
  `${plain(type ?? '')} ${style.dim(plain(shorten(id, 24)))}`;

const stayRow = (
  { at, stage, direction, touchpoint, inWords }: StageStay,
  { style, language }: Look,
): readonly string[] => {
  const cause = touchpoint === undefined ? wordsIn(language).byTime : touchpointText(touchpoint, style);
  return [
    day(at),
    `${direction === 'up' ? style.green('▲') : style.red('▼')} ${plain(stage.label)}`,
    `${cause}${inWords === '' ? '' : `\n${style.dim(plain(inWords))}`}`,
  ];
};

/** How the stage came about, and what is missing for the next one. */
export const stageExplanation = ({ history, next }: Explanation, look: Look): readonly string[] => {
  const rows = history.map((stay) => stayRow(stay, look));
  const columns = [{ title: '' }, { title: '' }, { title: '', width: look.width - 34 }];
  return [
    ...section(wordsIn(look.language).history, rows.length === 0 ? [] : [table(columns, rows)], look),
    ...section(...missingSection(next, look), look),
  ];
};

const missingSection = (
  next: Explanation['next'],
  { language, width }: Look,
): [title: string, lines: readonly string[]] => {
  const words = wordsIn(language);
  if (next === null) return [words.reached.charAt(0).toUpperCase() + words.reached.slice(1), ['✓']];
  const title = `${words.toNext} ${plain(next.stage.label)}`;
  const missing = next.missing === null ? words.allMet : plain(next.inWords);
  return [title, [table([{ title: '', width: width - 4 }], [[missing]])]];
};

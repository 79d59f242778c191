/** Answers as text: a line an item is built without looking at its shape, as there may be ten thousand in an answer. */
import type { Counts, ItemResult } from './record-items';

/** @param place `"index":3,` or `"line":4,` or nothing */
export const resultText = (place: string, result: ItemResult): string => {
  if (result.status === 'recorded' || result.status === 'duplicate')
    return `{${place}"status":"${result.status}","id":${JSON.stringify(result.id)},"source":${JSON.stringify(result.source)},"position":"${result.position}"${warningsText(result.warnings)}}`;
  return `{${place}${JSON.stringify(result).slice(1)}`;
};

const warningsText = (warnings: object | undefined): string =>
  warnings === undefined ? '' : `,"warnings":${JSON.stringify(warnings)}`;

const countsText = ({ recorded, duplicates, conflicts, rejected, withWarnings }: Counts): string =>
  `"recorded":${recorded},"duplicates":${duplicates},"conflicts":${conflicts},"rejected":${rejected}${
    withWarnings === 0 ? '' : `,"withWarnings":${withWarnings}`
  }`;

export const batchText = (counts: Counts, results: readonly ItemResult[]): string => {
  let text = `{${countsText(counts)},"results":[`;
  for (const [i, result] of results.entries()) text += `${i === 0 ? '' : ','}${resultText(`"index":${i},`, result)}`;
  return `${text}]}`;
};

/** The last line of a stream; `problem` where it ends before its end. */
export const summaryText = (counts: Counts, problem?: object): string =>
  `{"status":"${problem === undefined ? 'done' : 'failed'}",${countsText(counts)}${
    problem === undefined ? '' : `,"problem":${JSON.stringify(problem)}`
  }}\n`;

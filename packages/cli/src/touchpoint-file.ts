import { type Catalogue, type DecodedTouchpoint, misspeltFields, type Touchpoint } from '@rapport/domain';
import { type Place, readFiles } from '@rapport/files';
import { isRight } from 'fp-ts/Either';
import type { Cli } from './cli';
import { CommandError } from './exit';
import { whole } from './output/numbers';
import { rejectionText } from './output/rejection';
import { plain } from './output/style';

/** Any instant that can be written down: a pure evaluation has no clock to compare with. */
const END_OF_TIME = Date.UTC(9999, 11, 31);
const LISTED = 20;

interface Doubts {
  readonly unknownTypes: Map<string, Place>;
  readonly incomplete: Map<string, Place>;
  /** Of fields that look misspelt: how often, and where first. */
  readonly misspelt: Map<string, { count: number; readonly at: Place }>;
  readonly wrong: string[];
}

const placed = ({ file, line }: Place, message: string): string => `${plain(file)}:${line}: ${plain(message)}`;

/**
 * Data of a type the catalogue knows is decoded with it (money becomes a number). Data that lacks something is taken
 * as it is, data that is wrong is not.
 */
const withData = (
  touchpoint: DecodedTouchpoint,
  at: Place,
  catalogue: Catalogue,
  doubts: Doubts,
): DecodedTouchpoint => {
  const type = catalogue.types.get(touchpoint.type);
  const version = type?.versions[touchpoint.version - 1];
  if (type !== undefined && version === undefined) {
    const { source, id, version: found } = touchpoint;
    const newest = type.versions.length;
    const why = `is ${touchpoint.type} of schema version ${found}, but this Rapport knows versions up to ${newest}`;
    doubts.wrong.push(placed(at, `touchpoint ${id} of ${source} cannot be folded: it ${why}. Update Rapport`));
    return touchpoint;
  }
  if (version === undefined) {
    if (!doubts.unknownTypes.has(touchpoint.type)) doubts.unknownTypes.set(touchpoint.type, at);
    return touchpoint;
  }
  const decoded = version.codec.decode(touchpoint.data);
  if (isRight(decoded)) return { ...touchpoint, data: decoded.right };
  const wrong = decoded.left.filter(({ value }) => value !== undefined && value !== null);
  if (wrong.length === 0) {
    if (!doubts.incomplete.has(touchpoint.type)) doubts.incomplete.set(touchpoint.type, at);
    return touchpoint;
  }
  for (const { context, value } of wrong) {
    const field = ['data', ...context.slice(1).map(({ key }) => key)].join('.');
    const expected = context.at(-1)?.type.name;
    doubts.wrong.push(placed(at, `${field}: expected ${expected}, got ${JSON.stringify(value)?.slice(0, 60)}`));
  }
  return touchpoint;
};

/**
 * The touchpoints of an NDJSON file by customer, for an evaluation without a store: types outside the catalogue and
 * data that lacks fields are taken, with a warning on stderr. What was never recorded counts as recorded when it
 * occurred.
 *
 * @throws CommandError with file, line and field of everything that is not a touchpoint
 */
export const readHistories = async (
  cli: Cli,
  file: string,
  catalogue: Catalogue,
): Promise<ReadonlyMap<string, readonly Touchpoint[]>> => {
  const histories = new Map<string, Touchpoint[]>();
  const doubts: Doubts = { unknownTypes: new Map(), incomplete: new Map(), misspelt: new Map(), wrong: [] };
  const context = {
    catalogue: { types: new Map() },
    now: END_OF_TIME,
    unknownTypes: 'accept' as const,
  };
  for await (const { items } of readFiles([file], { preset: 'touchpoints' }, { context, signal: cli.signal }))
    for (const item of items) {
      if (item.kind === 'rejected') {
        doubts.wrong.push(rejectionText(item));
        continue;
      }
      const touchpoint = withData(item.touchpoint, item.at, catalogue, doubts);
      for (const { message } of [...misspeltFields(touchpoint, catalogue), ...(item.warnings ?? [])]) {
        const known = doubts.misspelt.get(message);
        if (known === undefined) doubts.misspelt.set(message, { count: 1, at: item.at });
        else known.count++;
      }
      const history = histories.get(touchpoint.customer) ?? [];
      if (history.length === 0) histories.set(touchpoint.customer, history);
      history.push({ ...touchpoint, recordedAt: touchpoint.recordedAt ?? touchpoint.occurredAt });
    }
  if (doubts.wrong.length > 0) {
    const more = doubts.wrong.length > LISTED ? [`… and ${doubts.wrong.length - LISTED} more`] : [];
    throw new CommandError([...doubts.wrong.slice(0, LISTED), ...more].join('\n'));
  }
  for (const [type, at] of doubts.unknownTypes)
    cli.note(placed(at, `${type} is not a type of the catalogue; its data is taken as it is.`));
  for (const [type, at] of doubts.incomplete)
    cli.note(placed(at, `the data of ${type} lacks required fields; taken as it is.`));
  for (const [message, { count, at }] of doubts.misspelt)
    cli.note(placed(at, count === 1 ? message : `${message} (${whole(count)} touchpoints)`));
  return histories;
};

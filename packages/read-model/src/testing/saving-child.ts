import { argv, stdout } from 'node:process';
import { openSqliteReadModel } from '../sqlite';
import { at } from './samples';
import { expectedSaves } from './saving-script';

/** Saves batch after batch to the model named on the command line, until someone kills it. */
const main = async (path: string): Promise<void> => {
  const model = await openSqliteReadModel(path, { mode: 'write', factors: {} });
  const found = await model.checkpoint();
  for (let batch = found === undefined ? 1 : Number(found.position) + 1; ; batch++) {
    await model.save(expectedSaves(batch), at(batch));
    stdout.write(`${batch}\n`);
    // Lets the acknowledgement out before the next batch.
    await new Promise(setImmediate);
  }
};

void main(argv[2]);

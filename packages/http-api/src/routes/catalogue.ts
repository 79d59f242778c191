/** `GET /v1/catalogue`: the types of touchpoints and their fields, for tools that send them. */
import { describeCatalogue } from '@rapport/domain';
import type { ApiEngine } from '../api-engine';
import { flag, integer, list, object, oneOf, type Routes, text } from '../codec';
import { answers } from './answers';

const FIELD = object({
  name: text('Its path under `data`, as rules write it: `items.sku`.'),
  type: text('The type of its value.'),
  required: flag('Whether a touchpoint without it is rejected.'),
  description: text('Its meaning.'),
});
const CATALOGUE = object({
  types: list(
    object({
      type: text('As `order.completed`.'),
      family: text('The group it belongs to.'),
      method: text('The method of relationship marketing it belongs to.'),
      subject: oneOf(['customer', 'staff'], 'Whom it is about.'),
      description: text('The fact it records.'),
      versions: list(integer('Of the schema.')),
      fields: list(FIELD, 'Main fields of the newest version; others are kept too.'),
      segment: list(text('A Segment event.'), 'Segment events that are recorded as this type.'),
    }),
  ),
});

export const registerCatalogue = (app: Routes, engine: ApiEngine): void => {
  app.get(
    '/v1/catalogue',
    {
      schema: {
        operationId: 'catalogue',
        tags: ['touchpoints'],
        summary: 'Types of touchpoints and their fields',
        response: answers(CATALOGUE, 'Every type that is known, those of the ruleset too.'),
      },
    },
    async () => ({ types: describeCatalogue(engine.catalogue) }),
  );
};

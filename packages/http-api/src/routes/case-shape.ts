import { codec, flag, instant, integer, number, text } from '../codec';

export const CASE_FIELDS = {
  caseId: text('The case.'),
  openedAt: instant('When it was opened.'),
  informed: integer('Updates given.'),
  compensated: number('Sum of what was accepted.'),
  open: flag('Whether it waits for an end.'),
  reopened: integer('How often.'),
  priorCases: integer('Cases of this customer opened in the 365 days before.'),
} as const;
export const CASE_WHERE = {
  severity: codec<string | number>({ type: ['string', 'number'], description: 'As the complaint said.' }),
  loss: number('The loss of the customer.'),
  category: text('Of what kind.'),
  acknowledgedAt: instant('When it was acknowledged first.'),
  closedAt: instant('When it was resolved or withdrawn last.'),
  outcome: text('Of the resolution.'),
} as const;

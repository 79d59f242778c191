export { type CandidatesOptions, candidatesFor, withheldBy } from './candidates';
export {
  type CaseOfCustomer,
  type CasePlace,
  caseBoardDocument,
  casePlace,
  compareCasePlaces,
  type TimedCase,
  timedCase,
} from './case-board';
export { type CasePromise, casePromises } from './case-clocks';
export * from './evaluate-customer';
export * from './explanation';
export { listedCustomer } from './listed-customer';
export { type NothingKnown, nothingKnown } from './nothing-known';
export { caseDocument, complaintCases, relationshipDocument } from './relationship-document';
export { publicationDocument, rulesetDocuments, type UsedRuleset, usedRuleset } from './ruleset-document';
export { type Subject, subjectDocument } from './subject';
export { type TimelineEntry, timelineEntryDocument, timelineOf } from './timeline';

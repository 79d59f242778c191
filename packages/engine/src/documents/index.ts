export { type CandidatesOptions, candidatesFor, withheldBy } from './candidates';
export { explanationDocument } from './explanation-document';
export { historyDocument } from './history-document';
export { caseDocument, complaintCases, raisedSignals, relationshipDocument } from './relationship-document';
export { type Subject, subjectDocument } from './subject';
export { type TimelineEntry, timelineEntryDocument, timelineOf } from './timeline';

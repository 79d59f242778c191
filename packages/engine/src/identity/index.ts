export {
  createIdentityIndex,
  type IdentityIndex,
  type LinkView,
  openIdentityIndex,
  type RecordedLink,
} from './identity-index';
export {
  type UnitedCustomer,
  type UnitedHistory,
  unitedCustomer,
  unitedDecisions,
  unitedHistory,
} from './united-history';
export { unitedIn } from './united-in';
export { unitedStreams } from './united-streams';

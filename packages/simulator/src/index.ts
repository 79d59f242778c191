export { type SimulatedCustomer, simulate, simulateCustomer } from './customer';
export type { LatentState } from './latent';
export { DEFAULT_END, type SimulationOptions, SimulationOptionsError } from './options';
export { SEGMENTS, type Segment } from './persona';
export { CATEGORIES, PRODUCTS, type Product } from './products';
export { simulateStaff } from './staff';
export {
  type ComplaintTruth,
  type CustomerTruth,
  type FinalState,
  type RecoveryQuality,
  type Severity,
  type StageInterval,
  TRUE_STAGES,
  type TrueStage,
  trueStageAt,
} from './truth';

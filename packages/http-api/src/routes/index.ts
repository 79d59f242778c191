import type { ApiEngine, ApiOptions } from '../api-engine';
import type { Routes } from '../codec';
import { registerStageChanges } from '../stage-changes/pull';
import { registerAccessLog } from './access-log';
import { registerAuditLog } from './audit-log';
import { registerCases } from './cases';
import { registerCatalogue } from './catalogue';
import { registerCustomer } from './customer';
import { registerCustomers } from './customers';
import { registerDeliveries } from './deliveries';
import { customersOf } from './find-customer';
import { registerKeys } from './keys';
import { registerParked } from './parked';
import { registerPopulation } from './population';
import { registerRejections } from './rejections';
import { registerRulesets } from './rulesets';
import { registerSubscriptions } from './subscriptions';
import { registerTimeline } from './timeline';

/** All that is asked and administered. */
export const registerRoutes = async (app: Routes, engine: ApiEngine, _options: ApiOptions): Promise<void> => {
  const customers = customersOf(engine);
  registerCustomers(app, engine);
  registerCustomer(app, engine, customers);
  registerTimeline(app, engine, customers);
  registerStageChanges(app, engine);
  registerPopulation(app, engine);
  registerCases(app, engine);
  await registerRulesets(app, engine);
  registerCatalogue(app, engine);
  registerParked(app, engine);
  registerRejections(app, engine);
  registerSubscriptions(app, engine);
  registerDeliveries(app, engine);
  registerKeys(app, engine);
  registerAccessLog(app, engine);
  registerAuditLog(app, engine);
};

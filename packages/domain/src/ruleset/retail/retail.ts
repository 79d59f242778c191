import type { Ruleset } from '../ruleset';
import { contactEvidence } from './evidence-contact';
import { feedbackEvidence } from './evidence-feedback';
import { recoveryEvidence } from './evidence-recovery';
import { serviceEvidence } from './evidence-service';
import { factors } from './factors';
import { metrics } from './metrics';
import { promises } from './promises';
import { crossSell, signals } from './signals';
import { stages } from './stages';
import { words } from './words';

/** The default ruleset: a shop, a wholesaler or anyone who sells goods again and again to people it can name. */
export const RETAIL: Ruleset = {
  ruleset: 'retail',
  version: 1,
  description: words(
    'Relationships of a shop with its customers: seven stages by purchase activity, gated by five factors.',
    'Quan hệ giữa cửa hàng và khách hàng: bảy giai đoạn theo mức độ mua hàng, với năm nhân tố làm điều kiện.',
  ),
  factors,
  metrics,
  evidence: [...serviceEvidence, ...contactEvidence, ...feedbackEvidence, ...recoveryEvidence],
  promises,
  stages,
  signals,
  crossSell,
};

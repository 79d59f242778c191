import type { FactorRule } from '../ruleset';
import { words } from './words';

/**
 * Five qualities of a relationship. Trust and the social bond are slow to come and to go; what was said last matters
 * most for communication. Most people start without a social bond, so its prior leans against it.
 */
export const factors: Readonly<Record<string, FactorRule>> = {
  trust: { halfLife: 'P365D', prior: [2, 2], label: words('Trust', 'Lòng tin') },
  satisfaction: { halfLife: 'P180D', prior: [2, 2], label: words('Satisfaction', 'Sự thỏa mãn') },
  value: { halfLife: 'P180D', prior: [2, 2], label: words('Delivered value', 'Giá trị mang lại') },
  communication: { halfLife: 'P90D', prior: [2, 2], label: words('Communication', 'Trao đổi thông tin') },
  social: { halfLife: 'P365D', prior: [1, 2], label: words('Social bond', 'Gắn bó xã hội') },
};

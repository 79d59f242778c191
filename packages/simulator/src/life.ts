import type { Agenda } from './agenda';
import type { Latent } from './latent';
import type { Plan } from './options';
import type { Taste } from './products';
import type { Profile } from './profile';
import type { Random } from './random';
import type { Recorder } from './recorder';
import type { MutableComplaintTruth, StageLog } from './truth';

/** One customer during the simulation: what the parts of the simulation share. */
export interface Life {
  readonly plan: Plan;
  readonly index: number;
  /** The number in their id, for the ids of their orders and cases. */
  readonly key: string;
  readonly profile: Profile;
  readonly taste: Taste;
  readonly random: Random;
  readonly latent: Latent;
  readonly agenda: Agenda<Life>;
  readonly recorder: Recorder;
  readonly stages: StageLog;
  readonly complaints: MutableComplaintTruth[];
  signedUp: boolean;
  consent: boolean;
  reachable: boolean;
  orders: number;
  messages: number;
  /** Skus they have ordered. */
  readonly owned: Set<string>;
  tier: number;
  inCommunity: boolean;
  underContract: boolean;
  /** Mailings in a row without an answer, and answers ever. */
  unanswered: number;
  answered: number;
  lostAt: number | undefined;
}

/** Plans something for this customer. */
export type Act = (life: Life, at: number) => void;

import { DAY } from './calendar';
import type { Persona } from './persona';
import { clamp01, fade } from './random';

/** The hidden relationship, each from 0 to 1. No rule sees it; all actions follow from it, with noise. */
export interface LatentState {
  readonly satisfaction: number;
  readonly trust: number;
  readonly commitment: number;
}

export type Latent = { -readonly [K in keyof LatentState]: LatentState[K] } & {
  /** Up to when time has been applied. */
  at: number;
  /** What commitment drifts to when satisfaction and trust are as usual; life moves it. */
  attachment: number;
  alive: boolean;
};

export const startLatent = (persona: Persona, at: number): Latent => ({
  satisfaction: 0.6,
  trust: 0.42,
  commitment: 0.12 + 0.2 * persona.attachment,
  at,
  attachment: persona.attachment,
  alive: true,
});

const SATISFACTION_DAYS = 240;
const TRUST_DAYS = 360;
const COMMITMENT_DAYS = 90;
const LOST_DAYS = 30;

/** Lets time pass: memories fade towards what is usual, commitment follows satisfaction and trust. */
export const passTime = (latent: Latent, at: number): void => {
  const days = (at - latent.at) / DAY;
  if (days <= 0) return;
  latent.at = at;
  const drawn = latent.alive
    ? clamp01(latent.attachment + 0.7 * (latent.satisfaction - 0.62) + 0.5 * (latent.trust - 0.55))
    : 0.02;
  const kept = fade(days / (latent.alive ? COMMITMENT_DAYS : LOST_DAYS));
  latent.commitment = drawn + (latent.commitment - drawn) * kept;
  latent.satisfaction = 0.6 + (latent.satisfaction - 0.6) * fade(days / SATISFACTION_DAYS);
  latent.trust = 0.45 + (latent.trust - 0.45) * fade(days / TRUST_DAYS);
};

/** An experience of the given quality (0 awful, 1 perfect): satisfaction moves by `weight` of the way, trust slower. */
export const experience = (latent: Latent, quality: number, weight: number): void => {
  latent.satisfaction = clamp01(latent.satisfaction + weight * (quality - latent.satisfaction));
  latent.trust = clamp01(latent.trust + 0.5 * weight * (quality - latent.trust));
};

export const shift = (latent: Latent, by: Partial<LatentState>): void => {
  latent.satisfaction = clamp01(latent.satisfaction + (by.satisfaction ?? 0));
  latent.trust = clamp01(latent.trust + (by.trust ?? 0));
  latent.commitment = clamp01(latent.commitment + (by.commitment ?? 0));
};

/** How deep the relationship is, 0 to 1: what the true stages are steps of. */
export const depthOf = (latent: LatentState): number =>
  0.55 * latent.commitment + 0.25 * latent.trust + 0.2 * latent.satisfaction;

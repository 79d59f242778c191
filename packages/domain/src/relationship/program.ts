import { type CountedElsewhere, type Intake, type Metric, readMetric } from '../metric';
import { foldCondition } from '../ruleset/fold-condition';
import type { EventCondition, Gives, PromiseRule, Ruleset, StateCondition } from '../ruleset/ruleset';
import { matchesType } from '../ruleset/type-pattern';
import { milliseconds } from '../time/duration';
import { movesCases } from './case-book';
import {
  compileEventCondition,
  compileField,
  compileScale,
  type EventTest,
  type FieldNames,
  type FieldReader,
  fieldsOf,
  readsData,
} from './event-condition';
import { confidenceThreshold, type FactorParameters, scoreThreshold, type Threshold } from './factor';
import { ALWAYS, type Atom, AtomTable, compileStateCondition, negated, type StateTest } from './state-condition';

/** A weight for a factor, by index. */
export type Weight = readonly [factor: number, weight: number];

export interface SettleStep {
  readonly promise: number;
  readonly outcome: 'kept' | 'released';
  readonly key: FieldReader | null;
  readonly when: EventTest | null;
}

export interface EvidenceStep {
  /** Index among the ruleset's evidence rules. */
  readonly rule: number;
  readonly id: string;
  readonly when: EventTest | null;
  readonly gives: readonly Weight[];
  readonly scale: ((...args: Parameters<FieldReader>) => number) | null;
  /** How often it applies within so many milliseconds; 0: without limit. */
  readonly times: number;
  readonly within: number;
}

export interface MetricStep {
  readonly metric: number;
  readonly where: EventTest | null;
  /** The values to add; null adds 1. */
  readonly values: FieldReader | null;
  /** Numbers are added (1) or taken off (-1); 0 for values of any kind. */
  readonly sign: Intake['sign'];
}

export interface MakeStep {
  readonly promise: number;
  readonly when: EventTest | null;
  readonly key: FieldReader | null;
  /** Milliseconds, or the field with the deadline. */
  readonly within: number;
  readonly by: FieldReader | null;
}

/** What one type of touchpoint does, with everything that does not concern it left out. */
export interface TypeProgram {
  readonly movesCases: boolean;
  readonly settles: readonly SettleStep[];
  readonly evidence: readonly EvidenceStep[];
  readonly metrics: readonly MetricStep[];
  /** The metrics that conditions and values of metrics look at. */
  readonly metricsSeen: readonly number[];
  readonly makes: readonly MakeStep[];
  readonly consent: 'granted' | 'revoked' | null;
  /** Whether `data` is looked at; a replay need not parse it otherwise. */
  readonly wantsData: boolean;
}

export interface StageProgram {
  readonly id: string;
  readonly enter: StateTest;
  readonly stay: StateTest;
  readonly enterCondition: StateCondition | undefined;
  readonly stayCondition: StateCondition | undefined;
  /** Milliseconds; 0 for none. */
  readonly minStay: number;
}

export interface SignalProgram {
  readonly id: string;
  readonly raise: StateTest;
  readonly clear: StateTest;
}

/** Counts that a fold keeps of its open promises, by the index of their rule, and of its open complaints. */
export interface OpenCounts {
  openPromises(rule: number): number;
  openComplaints(): number;
}

/** What is compared with a metric or factor: indexes of atoms and signals, and whether any stage looks at it. */
export interface Dependents {
  readonly atoms: readonly number[];
  readonly signals: readonly number[];
  readonly stages: boolean;
}

/** A ruleset compiled for folding: made once, shared by all folds, never changed. */
export interface Program {
  readonly ruleset: Ruleset;
  readonly factors: readonly FactorParameters[];
  readonly metricIds: readonly string[];
  createMetrics(counts: OpenCounts): readonly Metric[];
  readonly promises: readonly {
    readonly id: string;
    /** Ids of the evidence it gives. */
    readonly kept: string;
    readonly broken: string;
    readonly whenKept: readonly Weight[];
    readonly whenBroken: readonly Weight[];
  }[];
  readonly evidenceRules: number;
  readonly stages: readonly StageProgram[];
  readonly signals: readonly SignalProgram[];
  /** Whether conditions of stages look at the stage, so that one move can lead to another a millisecond later. */
  readonly stagesLookAtStage: boolean;
  readonly atoms: readonly Atom[];
  /** Of each atom: the threshold of a metric as `base`; of a factor what decides on which side of it the score is. */
  readonly thresholds: readonly Threshold[];
  /** What depends on each metric and on each factor. */
  readonly ofMetric: readonly Dependents[];
  readonly ofFactor: readonly Dependents[];
  /** Metrics that count open promises, by promise; and those that count open complaints. */
  readonly metricsOfPromise: readonly (readonly number[])[];
  readonly metricsOfComplaints: readonly number[];
  /** Whether any condition looks at who acted; a replay need not read it otherwise. */
  readonly wantsStaff: boolean;
  programFor(type: string): TypeProgram;
}

const indexOf = (ids: readonly string[], id: string, kind: string): number => {
  const index = ids.indexOf(id);
  if (index < 0) throw new TypeError(`unknown ${kind} "${id}" in the ruleset`);
  return index;
};

/**
 * Compiles a ruleset. It must have passed the check of the ruleset language; one that has not may throw TypeError.
 *
 * @example const program = compileRuleset(retail); evaluate(program, touchpoints, { asOf })
 */
export const compileRuleset = (ruleset: Ruleset): Program => {
  const factors = Object.entries(ruleset.factors).map(([id, rule]) => ({
    id,
    halfLife: milliseconds(rule.halfLife),
    prior: rule.prior ?? ([2, 2] as const),
  }));
  const factorIds = factors.map(({ id }) => id);
  const metricRules = Object.entries(ruleset.metrics ?? {}).map(([id, rule], index) => ({
    index,
    id,
    ...readMetric(rule),
  }));
  const metricIds = metricRules.map(({ id }) => id);
  const promiseRules = ruleset.promises ?? [];
  const promiseIds = promiseRules.map(({ id }) => id);
  const evidenceRules = ruleset.evidence ?? [];
  const names: FieldNames = {
    metricIndex: (id) => indexOf(metricIds, id, 'metric'),
    factorIndex: (id) => indexOf(factorIds, id, 'factor'),
    factors,
  };
  const weights = (gives: Gives | undefined): readonly Weight[] =>
    Object.entries(gives ?? {}).map(([id, weight]) => [names.factorIndex(id), weight]);
  const test = (condition: EventCondition | undefined): EventTest | null =>
    condition === undefined ? null : compileEventCondition(condition, names);
  const field = (name: string | undefined): FieldReader | null =>
    name === undefined ? null : compileField(name, names);

  const table = new AtomTable();

  const settle = (rule: PromiseRule, promise: number, outcome: 'kept' | 'released'): SettleStep => ({
    promise,
    outcome,
    key: field(rule.key),
    when: outcome === 'kept' ? test(rule.keptWhen) : null,
  });

  const compileType = (type: string): TypeProgram => {
    const kept = promiseRules.filter((rule) => matchesType(rule.kept, type));
    const released = promiseRules.filter((rule) => rule.released !== undefined && matchesType(rule.released, type));
    const made = promiseRules.filter((rule) => matchesType(rule.made, type));
    const evidence = evidenceRules.filter((rule) => matchesType(rule.on, type));
    const metrics = metricRules.flatMap(({ intakes, ...rule }) => {
      const taking = intakes.filter(({ types }) => matchesType(types, type));
      return taking.length === 0 ? [] : [{ ...rule, intakes: taking }];
    });
    const fieldsOfMetrics = metrics.flatMap(({ values, where }) => [values?.field, ...fieldsOf(where)]);
    const fields = [
      ...[...kept, ...released, ...made].map(({ key }) => key),
      ...kept.flatMap(({ keptWhen }) => fieldsOf(keptWhen)),
      ...made.flatMap(({ madeWhen, by }) => [by, ...fieldsOf(madeWhen)]),
      ...evidence.flatMap(({ when, scale }) => [scale?.field, ...fieldsOf(when)]),
      ...fieldsOfMetrics,
    ];
    const consent = type === 'consent.granted' ? 'granted' : type === 'consent.revoked' ? 'revoked' : null;
    return {
      movesCases: movesCases(type),
      settles: [
        ...kept.map((rule) => settle(rule, promiseRules.indexOf(rule), 'kept')),
        ...released.map((rule) => settle(rule, promiseRules.indexOf(rule), 'released')),
      ],
      evidence: evidence.map((rule) => ({
        rule: evidenceRules.indexOf(rule),
        id: rule.id,
        when: test(rule.when),
        gives: weights(rule.gives),
        scale: rule.scale === undefined ? null : compileScale(rule.scale, names),
        times: rule.atMost?.times ?? 0,
        within: rule.atMost === undefined ? 0 : milliseconds(rule.atMost.within),
      })),
      metrics: metrics.flatMap(({ index, where, values, intakes }) => {
        const step = { metric: index, where: test(where), values: field(values?.field) };
        return intakes.map(({ sign }) => ({ ...step, sign }));
      }),
      metricsSeen: metricIds.flatMap((id, index) => (fieldsOfMetrics.includes(`metric.${id}`) ? [index] : [])),
      makes: made.map((rule) => ({
        promise: promiseRules.indexOf(rule),
        when: test(rule.madeWhen),
        key: field(rule.key),
        within: rule.within === undefined ? 0 : milliseconds(rule.within),
        by: field(rule.by),
      })),
      consent,
      wantsData: consent !== null || movesCases(type) || fields.some((name) => name !== undefined && readsData(name)),
    };
  };

  const programs = new Map<string, TypeProgram>();
  const { stages, signals, atomsOfSignal, stageAtoms } = compileStages(ruleset, table);
  const dependents = (wanted: (atom: Atom) => boolean): Dependents => {
    const atoms = table.atoms.flatMap((atom, index) => (wanted(atom) ? [index] : []));
    return {
      atoms,
      signals: signals.flatMap((_, signal) => (atoms.some((atom) => atomsOfSignal[signal].has(atom)) ? [signal] : [])),
      stages: atoms.some((atom) => stageAtoms.has(atom)),
    };
  };
  const metricsCounting = (wanted: (elsewhere: CountedElsewhere) => boolean): readonly number[] =>
    metricRules.flatMap(({ index, elsewhere }) => (elsewhere !== undefined && wanted(elsewhere) ? [index] : []));
  return {
    ruleset,
    factors,
    metricIds,
    createMetrics: (counts) =>
      metricRules.map(({ createMetric }) =>
        createMetric({
          openPromises: (id) => {
            const promise = indexOf(promiseIds, id, 'promise');
            return () => counts.openPromises(promise);
          },
          openComplaints: () => counts.openComplaints(),
        }),
      ),
    promises: promiseRules.map(({ id, whenKept, whenBroken }) => ({
      id,
      kept: `${id}:kept`,
      broken: `${id}:broken`,
      whenKept: weights(whenKept),
      whenBroken: weights(whenBroken),
    })),
    evidenceRules: evidenceRules.length,
    stages,
    signals,
    atoms: table.atoms,
    thresholds: table.atoms.map((atom) => thresholdOf(atom, factors)),
    ofMetric: metricIds.map((id) => dependents((atom) => atom.subject === 'metric' && atom.id === id)),
    ofFactor: factorIds.map((id) => dependents((atom) => atom.subject !== 'metric' && atom.id === id)),
    metricsOfPromise: promiseIds.map((id) =>
      metricsCounting((elsewhere) => elsewhere.what === 'openPromises' && elsewhere.promise === id),
    ),
    metricsOfComplaints: metricsCounting((elsewhere) => elsewhere.what === 'openComplaints'),
    stagesLookAtStage: stages.some(
      ({ enterCondition, stayCondition }) => looksAtStage(enterCondition) || looksAtStage(stayCondition),
    ),
    // Any field of that name; a text that reads so would only cost a little speed.
    wantsStaff: JSON.stringify(ruleset).includes('"staff"'),
    programFor: (type) => {
      const known = programs.get(type);
      if (known !== undefined) return known;
      const compiled = compileType(type);
      programs.set(type, compiled);
      return compiled;
    },
  };
};

/** What an atom asks of its subject. */
export const thresholdOf = ({ subject, id, threshold }: Atom, factors: readonly FactorParameters[]): Threshold => {
  const prior = factors.find((factor) => factor.id === id)?.prior;
  if (subject === 'metric' || prior === undefined) return { base: threshold, perFor: 0, perAgainst: 0 };
  return subject === 'factor' ? scoreThreshold(prior, threshold) : confidenceThreshold(prior, threshold);
};

const looksAtStage = (condition: StateCondition | undefined): boolean =>
  condition !== undefined &&
  foldCondition<StateCondition, boolean>(condition, {
    all: (parts) => parts.includes(true),
    any: (parts) => parts.includes(true),
    not: (part) => part,
    leaf: (leaf) => 'stage' in leaf,
  });

interface CompiledStages {
  readonly stages: readonly StageProgram[];
  readonly signals: readonly SignalProgram[];
  /** Atoms that each signal looks at, and those that stages look at. */
  readonly atomsOfSignal: readonly ReadonlySet<number>[];
  readonly stageAtoms: ReadonlySet<number>;
}

const compileStages = (ruleset: Ruleset, table: AtomTable): CompiledStages => {
  const stageAtoms = new Set<number>();
  const compiled = (condition: StateCondition | undefined): StateTest =>
    condition === undefined ? ALWAYS : compileStateCondition(condition, table, stageAtoms);
  const stages = ruleset.stages.map(
    ({ id, enter, stay = enter, minStay }): StageProgram => ({
      id,
      enterCondition: enter,
      stayCondition: stay,
      enter: compiled(enter),
      stay: compiled(stay),
      minStay: minStay === undefined ? 0 : milliseconds(minStay),
    }),
  );
  const atomsOfSignal: Set<number>[] = [];
  const signals = (ruleset.signals ?? []).map(({ id, raise, clear }, i): SignalProgram => {
    atomsOfSignal[i] = new Set();
    const raises = compileStateCondition(raise, table, atomsOfSignal[i]);
    const clears = clear === undefined ? negated(raises) : compileStateCondition(clear, table, atomsOfSignal[i]);
    return { id, raise: raises, clear: clears };
  });
  return { stages, signals, atomsOfSignal, stageAtoms };
};

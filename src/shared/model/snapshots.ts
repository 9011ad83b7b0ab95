/** Why a snapshot was made for which nobody said why; kept in its manifest, so it is the same in every language. */
export const byHand = 'by hand';

/** Why a snapshot was made that the schedule made, likewise. */
export const bySchedule = 'by schedule';

/** What a drill looks at in the restored stores, in this order. */
export const drillChecks = [
  'revision',
  'counts',
  'references',
  'writes',
  'sequences',
  'queries',
  'model',
] as const;
export type DrillCheck = (typeof drillChecks)[number];

/** What a person knows a state by. */
export const comparedNouns = ['projects', 'datasets', 'runs', 'weights'] as const;

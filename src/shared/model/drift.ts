/** Objects of a schema, in the order in which one can be made after the other; dropped the other way round. */
export const objectKinds = [
  'sequence',
  'function',
  'table',
  'column',
  'constraint',
  'index',
  'trigger',
  'policy',
  'rule',
] as const;

/** What can differ in a database from what it should be. */
export const driftKinds = [
  ...objectKinds,
  ...(['partition', 'collection', 'validator', 'collection index'] as const),
] as const;

/** In what way. */
export const driftChanges = ['missing', 'changed', 'added', 'renamed', 'detached', 'behind'] as const;

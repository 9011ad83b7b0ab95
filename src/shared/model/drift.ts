/** What can differ in a database from what it should be. */
export const driftKinds = [
  ...([
    'sequence',
    'function',
    'table',
    'column',
    'constraint',
    'index',
    'trigger',
    'policy',
    'rule',
  ] as const),
  ...(['partition', 'collection', 'validator', 'collection index'] as const),
] as const;

/** In what way. */
export const driftChanges = ['missing', 'changed', 'added', 'renamed', 'detached', 'behind'] as const;

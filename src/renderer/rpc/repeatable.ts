/** What changes something: asked twice it may do it twice. A test holds this list against the contract. */
export const writes: ReadonlySet<string> = new Set([
  'system.ticket',
  'projects.create',
  'projects.update',
  'projects.remove',
  'datasets.import',
  'datasets.link',
  'datasets.remove',
  'runs.create',
  'runs.cancel',
  'runs.resume',
  'runs.retry',
  'runs.remove',
  'jobs.start',
  'stack.up',
  'stack.down',
  'stack.restart',
  'stack.destroy',
  'stack.reveal',
  'stack.useProfile',
  'stack.migrate',
]);

/** Whether a request may be sent again where nobody knows if the first one arrived. */
export function isRepeatable(path: readonly string[], input: unknown): boolean {
  const name = path.join('.');
  // The request's own id makes the second one give the first one's run.
  if (name === 'runs.create') return typeof input === 'object' && input !== null && 'requestId' in input;
  return !writes.has(name);
}

export const importPhases = [
  'downloading',
  'counting',
  'validating',
  'storing',
  'committing',
  'cancelling',
  'done',
  'failed',
  'cancelled',
] as const;
export type ImportPhase = (typeof importPhases)[number];

/** Whether a check or an import in this phase is over. */
export function isOver(phase: ImportPhase): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'cancelled';
}

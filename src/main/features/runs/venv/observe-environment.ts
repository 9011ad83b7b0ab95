import { type Observation, observed } from '../../doctor/findings.ts';
import type { EnvironmentState } from './trainer-environment.ts';

/** What the doctor says of the torch trainer's Python. */
export function observeEnvironment(state: EnvironmentState): readonly Observation[] {
  if (state.kind === 'impossible') return [observed(state.error)];
  if (state.kind === 'absent') return [{ code: 'TRAINER_PYTHON_FOUND', evidence: state.python }];
  const { python, pythonVersion, torch, cards, cardsFault } = state.environment;
  const evidence = `${python}: Python ${pythonVersion}, torch ${torch}, ${cards.join(', ') || 'CPU'}`;
  return [
    { code: 'TRAINER_PYTHON_READY', evidence },
    ...(cardsFault ? [observed(cardsFault, evidence)] : []),
  ];
}

import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainingConfig } from '../../../shared/model/training-config.ts';
import type { NvidiaCard } from '../gpus/nvidia-smi.ts';

type Resources = Pick<TrainingConfig['resources'], 'gpuCount' | 'gpuType'>;

/** The cards of the kind that a config names: its words stand in their names. */
export function cardsOfKind(cards: readonly NvidiaCard[], kind: string | null): readonly NvidiaCard[] {
  return cards.filter(({ name }) => name.toLowerCase().includes((kind ?? '').toLowerCase()));
}

/** @throws TrainyardError GPUS_TOO_FEW where this machine has not as many as a config asks for */
export function checkCards({ gpuCount, gpuType }: Resources, cards: readonly NvidiaCard[]): void {
  const there = cardsOfKind(cards, gpuType).length;
  if (gpuCount <= there) return;
  const kind = gpuType === null ? '' : ` "${gpuType}"`;
  throw fault(
    'GPUS_TOO_FEW',
    { wanted: gpuCount, kind, there },
    { place: { field: 'overrides.resources.gpuCount' } },
  );
}

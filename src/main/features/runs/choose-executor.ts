import { fault, inLanguage } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import type { TrainableModel } from '../training/trainable-model.ts';
import type { Executors } from './ports.ts';

/** Which executor a run gets, and why where nobody named one. */
export interface ChosenExecutor {
  readonly name: string;
  /** For the run's log; null where a person chose it. */
  readonly why: string | null;
}

/**
 * The executor that is named, if it has the model and works; for `auto` the first of the model's that works.
 * @throws TrainyardError EXECUTOR_UNFIT, NO_EXECUTOR; of the executor that is named, why it does not work
 */
export async function chooseExecutor(
  executors: Executors,
  model: TrainableModel,
  wanted: string,
): Promise<ChosenExecutor> {
  const fitting = model.executors.flatMap((name) => executors.get(name) ?? []);
  if (wanted !== 'auto') {
    const executor = fitting.find(({ name }) => name === wanted);
    if (!executor)
      throw fault('EXECUTOR_UNFIT', {
        ...{ executor: wanted, model: model.id },
        executors: [...fitting.map(({ name }) => name), 'auto'].join(', '),
      });
    const reason = await executor.unusable();
    if (reason) throw reason;
    return { name: wanted, why: null };
  }
  const passed: { readonly name: string; readonly reason: TrainyardError }[] = [];
  for (const executor of fitting) {
    const reason = await executor.unusable();
    if (reason === null) {
      const skipped = passed.map(({ name, reason }) => ` ${name} does not work here: ${reason.message}.`);
      return {
        name: executor.name,
        why: `The executor ${executor.name} was chosen automatically.${skipped.join('')}`,
      };
    }
    passed.push({ name: executor.name, reason });
  }
  const inWords = (language: 'en' | 'ko') =>
    passed.map(({ name, reason }) => `${name}: ${inLanguage(reason.record, language).message}`).join('; ');
  throw fault('NO_EXECUTOR', { model: model.id, reasons: { en: inWords('en'), ko: inWords('ko') } });
}

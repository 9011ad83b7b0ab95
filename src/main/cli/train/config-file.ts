import { createReadStream } from 'node:fs';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage, type TrainyardError } from '../../../shared/errors/error.ts';
import {
  type ConfigTextFault,
  configTooLarge,
  largestConfig,
  readConfigText,
} from '../../../shared/format/config-text.ts';
import type { TrainingOverrides } from '../../../shared/model/training-config.ts';
import { translate } from '../lib/language.ts';

function invalid(file: string, { line, field, problem }: ConfigTextFault): TrainyardError {
  const where = field ? `${file}:${line} (${field})` : `${file}:${line}`;
  const place = { file, line, ...(field ? { field } : {}) };
  return fault(
    'CONFIG_INVALID',
    { problem: `${where}: ${translate(problem.en, problem.ko)}`, how: '' },
    { place },
  );
}

/** No more than the limit, whatever it is: `/dev/zero` has no end, and a pipe (`--config <(…)`) has no size. */
async function readText(file: string): Promise<string> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of createReadStream(file, { end: largestConfig })) pieces.push(piece);
  } catch (error) {
    throw fault('CONFIG_UNREADABLE', { file, cause: errorMessage(error) }, { place: { file }, cause: error });
  }
  const bytes = Buffer.concat(pieces);
  if (bytes.length > largestConfig) throw invalid(file, configTooLarge);
  return bytes.toString('utf8');
}

/**
 * Reads what a person wants of a training from a file: YAML, and so JSON, as `trainingOverridesSchema`.
 * @throws TrainyardError CONFIG_UNREADABLE; CONFIG_INVALID naming file, line and field
 */
export async function readConfigFile(given: string): Promise<TrainingOverrides> {
  const file = path.resolve(given);
  const text = await readText(file);
  const { overrides, fault: wrong } = readConfigText(text, path.extname(file) === '.json');
  if (wrong === null) return overrides;
  throw invalid(file, wrong);
}

import { defaultLimits, type SourceLimits } from '../../../../src/main/features/datasets/limits.ts';
import { sharpImageReader } from '../../../../src/main/features/datasets/pixels/sharp-image-reader.ts';
import { automatic, type Reading } from '../../../../src/main/features/datasets/reading.ts';
import { scanSource } from '../../../../src/main/features/datasets/scan.ts';
import { sourcesOf } from '../../../../src/main/features/datasets/sources/open-source.ts';
import { trainingRiskCodes } from '../../../../src/main/features/datasets/training-risks.ts';
import { type Evaluation, evaluate } from '../../../../src/main/features/datasets/validation.ts';

const reader = sharpImageReader;

/** Validates a folder or archive as the service does. */
export async function evaluateWhole(
  path: string,
  changed: Partial<SourceLimits> = {},
  said: Partial<Reading> = {},
): Promise<Evaluation> {
  const limits = { ...defaultLimits, ...changed };
  const reading = { ...automatic, ...said };
  const source = await sourcesOf(limits, '/nowhere/trainyard')({ path, uploadName: null }, reading);
  return evaluate(await scanSource(source, { reader, limits }), 'imagenet', reading);
}

const riskCodes: readonly string[] = trainingRiskCodes;

/** The same without what would train badly: the few small images of most tests would. */
export async function evaluatePath(...given: Parameters<typeof evaluateWhole>): Promise<Evaluation> {
  const evaluation = await evaluateWhole(...given);
  const { validation } = evaluation;
  const warnings = validation.warnings.filter(({ code }) => !riskCodes.includes(code));
  return { ...evaluation, validation: { ...validation, warnings } };
}

/** The problems as `CODE path`, sorted. */
export function told(problems: readonly { code: string; path: string }[]): string[] {
  return problems.map(({ code, path }) => `${code} ${path}`).sort();
}

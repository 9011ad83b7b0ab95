import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { limitsOf } from '../../../shared/model/limits.ts';
import type { NumberRange } from '../../../shared/model/number-range.ts';
import { useFormat } from '../../format/use-format.ts';
import { toProblem } from '../../rpc/problem.ts';
import { useKnownProblem } from '../use-known-problem.ts';

function RangeText({ range }: { readonly range: NumberRange }) {
  const { t } = useTranslation();
  const format = useFormat();
  const kind = t(range.whole ? 'ranges.whole' : 'ranges.number');
  const [min, max] = [format.number(range.min ?? 0), format.number(range.max ?? 0)];
  if (range.min === null) return t('ranges.any', { kind });
  if (range.max === null) return t(range.aboveMin ? 'ranges.above' : 'ranges.from', { kind, min });
  if (range.aboveMin) return t('ranges.aboveTo', { kind, min, max });
  return t(range.belowMax ? 'ranges.fromBelow' : 'ranges.fromTo', { kind, min, max });
}

/** What a field takes, in words: "A whole number from 1 to 100,000". */
export function LimitText({ schema, path }: { readonly schema: z.ZodType; readonly path: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const limits = limitsOf(schema, path);
  if (limits?.kind === 'number') return <RangeText range={limits.range} />;
  if (limits?.kind === 'exact') return t('ranges.exact', { text: limits.text });
  if (limits?.kind === 'list')
    return t('ranges.list', { max: format.number(limits.max), each: format.number(limits.each) });
  if (limits?.kind !== 'text') return t('ranges.other');
  const [min, max] = [format.number(limits.min), format.number(limits.max ?? 0)];
  if (limits.max === null) return t('ranges.filled');
  return limits.min === 0 ? t('ranges.textTo', { max }) : t('ranges.text', { min, max });
}

/** What the engine said of a field. */
export function RefusalText({ error }: { readonly error: unknown }) {
  return useKnownProblem(toProblem(error)).message;
}

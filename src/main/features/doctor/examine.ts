import type { Finding } from '../../../shared/contract/system.ts';
import { catalogue, fault, inLanguage } from '../../../shared/errors/catalogue.ts';
import type { Bilingual, Entry } from '../../../shared/errors/entry.ts';
import { errorMessage } from '../../../shared/errors/error.ts';
import { TooLateError, within } from '../../platform/deadline.ts';
import { type Check, kindOf, type Observation, observed } from './findings.ts';

export type Language = keyof Bilingual;

const order = ['error', 'warning', 'ok'];
const entries: Readonly<Record<string, Entry>> = catalogue;

/**
 * Runs every check, all at once; `ok` where none found an error. Errors come first, then warnings.
 * @param timeLimitMs how long a check may take before it counts as a finding itself
 */
export async function examine(
  checks: readonly Check[],
  language: Language = 'en',
  timeLimitMs = 8_000,
): Promise<{ ok: boolean; findings: Finding[] }> {
  const found = await Promise.all(
    checks.map(async (check) =>
      (await observe(check, timeLimitMs)).map((observation) => toFinding(check, observation, language)),
    ),
  );
  const findings = found
    .flat()
    .sort((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity));
  return { ok: !findings.some(({ severity }) => severity === 'error'), findings };
}

async function observe({ name, run }: Check, timeLimitMs: number): Promise<readonly Observation[]> {
  try {
    return await within(timeLimitMs, run());
  } catch (error) {
    if (error instanceof TooLateError)
      return [{ code: 'CHECK_TIMED_OUT', evidence: `${name}: ${error.message}` }];
    const cause = `${name}: ${errorMessage(error)}`;
    return [observed(fault('CHECK_FAILED', { cause }), cause)];
  }
}

function sentencesOf({ code, fault: known }: Observation, text: Bilingual | null, language: Language) {
  if (text) return { message: text[language], hint: '' };
  if (known) return inLanguage(known, language);
  const [message = code, hint = ''] = entries[code]?.[language] ?? [];
  return { message, hint };
}

function toFinding(check: Check, observation: Observation, language: Language): Finding {
  const { code, evidence, command } = observation;
  const { group, kind } = kindOf(code, check.group);
  const { message, hint } = sentencesOf(observation, kind.text, language);
  return {
    code,
    severity: kind.severity === 'error' && check.optional ? 'warning' : kind.severity,
    cause: message,
    evidence,
    hint,
    group,
    command: command === undefined ? kind.command : command,
  };
}

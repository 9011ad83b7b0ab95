import type { Finding } from '../../../shared/contract/system.ts';
import { catalogue, fault, inLanguage } from '../../../shared/errors/catalogue.ts';
import type { Bilingual, Entry } from '../../../shared/errors/entry.ts';
import { errorMessage } from '../../../shared/errors/error.ts';
import { TooLateError, within } from '../../platform/deadline.ts';
import { type Check, kindOf, type Observation, observed } from './findings.ts';

type Language = keyof Bilingual;

const timeLimitMs = 8_000;
const order = ['error', 'warning', 'ok'];
const entries: Readonly<Record<string, Entry>> = catalogue;

/** Checks that run. */
export class DoctorService {
  private readonly checks: () => readonly Check[];
  private readonly timeLimitMs: number;

  /**
   * @param checks called anew for every examination, so that its checks may share what they saw
   * @param options.timeLimitMs how long a check may take before it counts as a finding itself
   */
  constructor(checks: () => readonly Check[], options: { readonly timeLimitMs?: number } = {}) {
    this.checks = checks;
    this.timeLimitMs = options.timeLimitMs ?? timeLimitMs;
  }

  /** Runs every check, all at once; `ok` where none found an error. Errors come first, then warnings. */
  async examine(language: Language = 'en'): Promise<{ ok: boolean; findings: Finding[] }> {
    const found = await Promise.all(
      this.checks().map(async (check) =>
        (await this.observe(check)).map((observation) => toFinding(check, observation, language)),
      ),
    );
    const all = found.flat();
    all.sort((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity));
    return { ok: !all.some(({ severity }) => severity === 'error'), findings: all };
  }

  private async observe({ name, run }: Check): Promise<readonly Observation[]> {
    try {
      return await within(this.timeLimitMs, run());
    } catch (error) {
      if (error instanceof TooLateError)
        return [{ code: 'CHECK_TIMED_OUT', evidence: `${name}: ${error.message}` }];
      const cause = `${name}: ${errorMessage(error)}`;
      return [observed(fault('CHECK_FAILED', { cause }), cause)];
    }
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

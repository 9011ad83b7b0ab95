import type { Finding } from '../../../shared/contract/system.ts';
import { errorMessage } from '../../../shared/errors/error.ts';
import type { Language } from './finding-entry.ts';
import { findings, groupOf } from './findings.ts';
import type { Check, Observation } from './ports.ts';

const timeLimitMs = 8_000;
const order = ['error', 'warning', 'ok'];

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
    const found = (await Promise.all(this.checks().map((check) => this.observe(check, language)))).flat();
    found.sort((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity));
    return { ok: !found.some(({ severity }) => severity === 'error'), findings: found };
  }

  private async observe(check: Check, language: Language): Promise<Finding[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<readonly Observation[]>((resolve) => {
      const evidence = `${check.name}: > ${this.timeLimitMs} ms`;
      timer = setTimeout(() => resolve([{ code: 'CHECK_TIMED_OUT', evidence }]), this.timeLimitMs);
    });
    try {
      const seen = await Promise.race([check.run(), late]);
      return seen.map((observation) => finding(check, observation, language));
    } catch (error) {
      const message = errorMessage(error);
      return [finding(check, { code: 'CHECK_FAILED', evidence: `${check.name}: ${message}` }, language)];
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Codes of a check that came to no end; they belong where the check does. */
const ofAnyCheck = ['CHECK_TIMED_OUT', 'CHECK_FAILED'];

function finding(check: Check, { code, evidence, command }: Observation, language: Language): Finding {
  const { severity, cause, hint, command: usual } = findings[code];
  return {
    code,
    severity: severity === 'error' && check.optional ? 'warning' : severity,
    cause: cause[language],
    evidence,
    hint: hint ? hint[language] : '',
    group: ofAnyCheck.includes(code) ? (check.group ?? 'machine') : groupOf(code),
    command: command === undefined ? usual : command,
  };
}

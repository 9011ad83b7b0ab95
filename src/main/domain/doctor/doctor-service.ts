import type { Finding } from '../../../shared/contract/system.ts';
import { type FindingCode, findings, type Language } from './findings.ts';
import type { Check, Observation } from './ports.ts';

const timeLimitMs = 8_000;

/** Checks that run. */
export class DoctorService {
  private readonly checks: readonly Check[];
  private readonly timeLimitMs: number;

  /** @param options.timeLimitMs how long a check may take before it counts as a finding itself */
  constructor(checks: readonly Check[], options: { readonly timeLimitMs?: number } = {}) {
    this.checks = checks;
    this.timeLimitMs = options.timeLimitMs ?? timeLimitMs;
  }

  /** Runs every check, all at once; `ok` where none found an error. Errors come first, then warnings. */
  async examine(language: Language = 'en'): Promise<{ ok: boolean; findings: Finding[] }> {
    const seen = (await Promise.all(this.checks.map((check) => this.observe(check)))).flat();
    const found = seen.map(({ code, evidence }) => finding(code, evidence, language));
    const order = ['error', 'warning', 'ok'];
    found.sort((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity));
    return { ok: !found.some(({ severity }) => severity === 'error'), findings: found };
  }

  private async observe(check: Check): Promise<readonly Observation[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<readonly Observation[]>((resolve) => {
      const evidence = `${check.name}: > ${this.timeLimitMs} ms`;
      timer = setTimeout(() => resolve([{ code: 'CHECK_TIMED_OUT', evidence }]), this.timeLimitMs);
    });
    try {
      return await Promise.race([check.run(), late]);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return [{ code: 'CHECK_FAILED', evidence: `${check.name}: ${message}` }];
    } finally {
      clearTimeout(timer);
    }
  }
}

function finding(code: FindingCode, evidence: string, language: Language): Finding {
  const { severity, cause, mend } = findings[code];
  return { code, severity, cause: cause[language], evidence, mend: mend ? mend[language] : '' };
}

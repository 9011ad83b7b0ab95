import type { Finding } from '../../../shared/contract/system.ts';

export type Language = 'en' | 'ko';
export type Text = Readonly<Record<Language, string>>;
export type FindingGroup = NonNullable<Finding['group']>;

/** What is said of a finding, wherever it is found. */
export interface Entry {
  readonly severity: Finding['severity'];
  readonly cause: Text;
  /** Null where there is nothing to fix. */
  readonly hint: Text | null;
  /** The hint as one command line, where it is the same on every machine. What a check saw may give a better one. */
  readonly command: string | null;
}

export const text = (en: string, ko: string): Text => ({ en, ko });

export const ok = (en: string, ko: string): Entry => ({
  severity: 'ok',
  cause: { en, ko },
  hint: null,
  command: null,
});

export const warning = (cause: Text, hint: Text, command: string | null = null): Entry => ({
  severity: 'warning',
  cause,
  hint,
  command,
});

export const error = (cause: Text, hint: Text, command: string | null = null): Entry => ({
  severity: 'error',
  cause,
  hint,
  command,
});

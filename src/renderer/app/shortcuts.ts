/** What the keyboard does, from wherever one is. The help dialog lists these. */
export const shortcuts = [
  { keys: ['?'], action: 'help' },
  { keys: ['/'], action: 'search' },
  { keys: ['n'], action: 'newRun' },
  { keys: ['g', 'p'], action: 'projects' },
  { keys: ['g', 'd'], action: 'datasets' },
  { keys: ['g', 'r'], action: 'runs' },
  { keys: ['g', 'c'], action: 'compare' },
  { keys: ['g', 'k'], action: 'stack' },
  { keys: ['g', 'h'], action: 'doctor' },
  { keys: ['g', 's'], action: 'system' },
  { keys: ['t'], action: 'theme' },
] as const;
export type ShortcutAction = (typeof shortcuts)[number]['action'];

const timeoutMs = 1200;

/** Reads keys, also two after one another ("g", then "r"). */
export class ShortcutReader {
  private pending: readonly string[] = [];
  private last = 0;

  /** @returns what the key does, or null where it does nothing (yet) */
  read(key: string, now: number): ShortcutAction | null {
    if (now - this.last > timeoutMs) this.pending = [];
    this.last = now;
    const typed = [...this.pending, key];
    const whole = shortcuts.find(({ keys }) => keys.join(' ') === typed.join(' '));
    if (whole) {
      this.pending = [];
      return whole.action;
    }
    const begun = shortcuts.some(({ keys }) => keys.length > typed.length && keys[0] === typed[0]);
    this.pending = begun ? typed : [];
    // A first key that led nowhere must not eat the second one.
    return !begun && typed.length > 1 ? this.read(key, now) : null;
  }
}

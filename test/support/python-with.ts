import { execFileSync } from 'node:child_process';

/** A Python that has some modules: that of `TRAINYARD_TEST_PYTHON`, or the system's; else why there is none. */
export function pythonWith(
  ...modules: readonly string[]
): { readonly python: string } | { readonly reason: string } {
  const imports = modules.map((name) => `import ${name}`).join('; ');
  for (const python of [process.env.TRAINYARD_TEST_PYTHON, 'python3']) {
    if (!python) continue;
    try {
      execFileSync(python, ['-c', imports], { stdio: 'pipe', timeout: 120_000 });
      return { python };
    } catch {
      // The next one may have them.
    }
  }
  return { reason: `no Python has ${modules.join(' and ')}; TRAINYARD_TEST_PYTHON names one that has` };
}

/** What a script printed last, as JSON. */
export function askPython<T>(python: string, script: string, args: readonly string[], folder: string): T {
  const printed = execFileSync(python, ['-c', script, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 240_000,
    env: { ...process.env, YOLO_OFFLINE: 'true', YOLO_CONFIG_DIR: folder, PYTHONDONTWRITEBYTECODE: '1' },
  });
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as T;
}

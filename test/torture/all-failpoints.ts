import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const sources = path.resolve(import.meta.dirname, '..', '..', 'src', 'main');

/** Every failpoint in the sources: a new durable write is tortured without being listed anywhere. */
export async function allFailpoints(): Promise<string[]> {
  const names = new Set<string>();
  for (const entry of await readdir(sources, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name === 'failpoints.ts') continue;
    const text = await readFile(path.join(entry.parentPath, entry.name), 'utf8');
    for (const [, name] of text.matchAll(/failpoint\('([^']+)'\)/g)) if (name) names.add(name);
  }
  return [...names].sort();
}

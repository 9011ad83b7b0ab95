import { createHash } from 'node:crypto';

const inline = /<script>([\s\S]*?)<\/script>/g;

/** The scripts that stand in a page itself, as a Content-Security-Policy allows them. */
export function inlineScriptSources(html: string): string[] {
  return [...html.matchAll(inline)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
}

import path from 'node:path';
import type { Plugin } from 'vite';

/** The oldest browser that the page is built for: the window's, where a distribution's Electron 25 opens it. */
export const oldestChrome = 114;

const features = /[\\/]src[\\/]renderer[\\/]features[\\/]([^\\/]+)[\\/]/;
/** What shows an image with its objects, labelled or found, and the library by which it is zoomed. */
const viewer = /[\\/](d3-[a-z]+|components[\\/]viewer|features[\\/](datasets|run)[\\/]viewer)[\\/]/;
const logs = /[\\/](@xterm|components[\\/]log|features[\\/](run|stack)[\\/]log)/;
/** What reads and writes a config's text: fetched when somebody does. */
const config = /[\\/](node_modules[\\/]yaml|shared[\\/]format[\\/]config-text\.ts)/;

/**
 * How the page is cut: the entry, which holds whatever is no page of its own; one part for each noun; one for logs, whose terminal is
 * large; one for the viewer of images; and one for the text of configs. A part imports nothing but the entry.
 */
export const pageChunks = {
  groups: [
    { name: 'logs', test: logs, priority: 3, includeDependenciesRecursively: false },
    { name: 'config-text', test: config, priority: 3, includeDependenciesRecursively: false },
    { name: 'viewer', test: viewer, priority: 3, includeDependenciesRecursively: false },
    {
      name: (id: string) => features.exec(id)?.[1] ?? null,
      debugName: 'nouns',
      priority: 2,
      includeDependenciesRecursively: false,
    },
    {
      name: 'index',
      test: /^(?!.*[\\/](boot|language-tag)\.ts$)/,
      priority: 1,
      includeDependenciesRecursively: false,
    },
  ],
};

const lateImport = /\bimport\((["'`])(\.\/[^"'`]+)\1\)/g;

/** Lets the page itself decide from which address a part is imported: `src/renderer/late/part-loader.ts` says why. */
export const lateParts: Plugin = {
  name: 'late-parts',
  renderChunk: (code) => ({
    code: code.replace(lateImport, (_all, _quote, address: string) => {
      return `window.trainyardPart(${JSON.stringify(address)}, (address) => import(address))`;
    }),
    map: null,
  }),
  generateBundle: (_options, bundle) => {
    const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
    const entries = chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName);
    for (const { fileName, imports, isEntry } of chunks) {
      const wrong = isEntry ? imports : imports.filter((one) => !entries.includes(one));
      if (wrong.length > 0) {
        throw new Error(
          `${fileName} imports ${wrong.join(', ')}: what an entry or a part imports is fetched without a second try. Put it into one chunk.`,
        );
      }
    }
  },
};

/** Puts `boot.ts` into the page, before everything that is fetched. The engine allows it by its hash. */
export const inlineBoot: Plugin = {
  name: 'inline-boot',
  transformIndexHtml: {
    order: 'post',
    handler: (html, { bundle }) => {
      const boot = Object.values(bundle ?? {}).find((file) => file.type === 'chunk' && file.name === 'boot');
      if (!bundle || boot?.type !== 'chunk') throw new Error('boot.ts was not built');
      if (boot.imports.length > 0) throw new Error(`boot.ts imports ${boot.imports.join(', ')}`);
      delete bundle[boot.fileName];
      const charset = '<meta charset="UTF-8" />';
      if (!html.includes(charset)) throw new Error('index.html does not begin with its charset');
      return html.replace(charset, () => `${charset}\n    <script>(()=>{${boot.code.trim()}})()</script>`);
    },
  },
};

/** The page's programs. */
export function pageEntries(root: string): Record<string, string> {
  return {
    index: path.join(root, 'src/renderer/index.html'),
    boot: path.join(root, 'src/renderer/boot.ts'),
  };
}

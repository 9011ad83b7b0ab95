import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfig } from 'electron-vite';
import { inlineBoot, lateParts, oldestChrome, pageChunks, pageEntries } from './page-build.config.ts';

const root = import.meta.dirname;
const manifest: { version: string } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const version = { __TRAINYARD_VERSION__: JSON.stringify(manifest.version) };

/**
 * The page's own theme (a person may have chosen another than the system's) must stand before the first paint: Vite drops the
 * attribute, and an inline script is not allowed by the Content-Security-Policy.
 */
const blockFirstPaint = {
  name: 'block-first-paint',
  transformIndexHtml: {
    order: 'post' as const,
    handler: (html: string) =>
      html.replace('<script type="module"', '<script type="module" blocking="render"'),
  },
};

/** electron-vite makes addresses relative, for pages from files. Ours come from an engine, at any depth: /runs/ID finds /assets. */
const absoluteAddresses = {
  name: 'absolute-addresses',
  config: { order: 'post' as const, handler: () => ({ base: '/' }) },
};

/** A program of the shell: CommonJS in one file, for the Node inside the oldest Electron that it attaches from. */
function shellProgram(entry: string, outDir: string) {
  const name = path.basename(entry, '.ts');
  return {
    define: version,
    build: {
      target: 'node18',
      outDir,
      emptyOutDir: true,
      minify: false,
      externalizeDeps: false,
      rolldownOptions: {
        input: { [name]: path.join(root, entry) },
        external: ['electron'],
        output: { format: 'cjs' as const, entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
      },
    },
  };
}

function shellPrograms(): Pick<UserConfig, 'main' | 'preload'> {
  const entries = { main: 'src/main/index.ts', preload: 'src/preload/preload.ts' };
  return {
    ...(existsSync(path.join(root, entries.main)) && { main: shellProgram(entries.main, 'out/main') }),
    ...(existsSync(path.join(root, entries.preload)) && {
      preload: shellProgram(entries.preload, 'out/preload'),
    }),
  };
}

/** The desktop's three parts. The renderer is the same page that a browser gets from the engine. */
export default defineConfig({
  ...shellPrograms(),
  renderer: {
    root: path.join(root, 'src/renderer'),
    publicDir: path.join(root, 'src/renderer/public'),
    define: version,
    plugins: [react(), lateParts, inlineBoot, blockFirstPaint, absoluteAddresses],
    build: {
      target: `chrome${oldestChrome}`,
      outDir: path.join(root, 'out/renderer'),
      emptyOutDir: true,
      minify: true,
      // Everything that is fetched early is in the page itself.
      modulePreload: false,
      cssCodeSplit: false,
      assetsInlineLimit: 0,
      rolldownOptions: { input: pageEntries(root), output: { codeSplitting: pageChunks } },
    },
  },
});

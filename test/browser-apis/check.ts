// Holds the page, and what it imports of `shared`, against the oldest browser that it is built for: its types, and then what of the
// browser's own it uses. Bundling makes a younger syntax older, and never a younger function.
import path from 'node:path';
import ts from 'typescript';
import { oldestChrome } from '../../page-build.config.ts';
import { youngApis } from './young-apis.ts';

const root = path.resolve('src/renderer');
const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
const { fileNames, options, errors } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const program = ts.createProgram(fileNames, options);
const diagnostics = [...errors, ...ts.getPreEmitDiagnostics(program)];
process.stderr.write(
  ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: ts.sys.getCurrentDirectory,
    getNewLine: () => '\n',
  }),
);
const young = youngApis(program, oldestChrome);
for (const { file, line, name, since } of young) {
  const when = since === null ? 'no Chrome has it' : `Chrome has it since ${since}`;
  process.stderr.write(`${file}:${line}: ${name}: ${when}, and the page is built for ${oldestChrome}\n`);
}
process.exitCode = diagnostics.length + young.length > 0 ? 1 : 0;

// A plugin of the build for Node: Node's own modules by `process.getBuiltinModule` in place of `import`, which reads every
// property that a module has before it binds one. Reading `http.WebSocket` loads undici, and `crypto.webcrypto` all of Web Crypto: 40 ms
// of each start of a program that wants neither.
import { builtinModules } from 'node:module';

const builtin = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
const statement =
  /^import (?:(?<whole>[\w$]+|\* as [\w$]+)(?:, )?)?(?:\{(?<names>[^}]*)\})?(?: from )?"(?<module>[^"]+)";/gm;

/** Functions of modules that most commands never call, and that take 2 to 6 ms to load: these are looked up at each call. */
const lookedUp = {
  'node:child_process': /^spawn$/,
  'node:crypto': /^(createHash|randomBytes|randomUUID)$/,
  'node:fs/promises': /^(?!constants$)/,
  'node:readline': /^createInterface$/,
};

/** `import` of one of Node's modules as a declaration; any other as it stands. */
function declared(text, ...match) {
  const { whole, names, module } = match.at(-1);
  if (!builtin.has(module)) return text;
  const source = `process.getBuiltinModule(${JSON.stringify(module)})`;
  const declarations = [];
  if (whole) declarations.push(`const ${whole.replace(/^\* as /, '')} = ${source};`);
  const atOnce = [];
  for (const one of names?.split(',') ?? []) {
    const [name, own = name] = one.trim().split(' as ');
    if (lookedUp[module]?.test(name))
      declarations.push(`const ${own} = (...given) => ${source}.${name}(...given);`);
    else atOnce.push(own === name ? name : `${name}: ${own}`);
  }
  if (atOnce.length > 0) declarations.push(`const { ${atOnce.join(', ')} } = ${source};`);
  return declarations.join(' ');
}

/** What a CommonJS package of a bundle requires: Node's modules, else what lies in node_modules. */
const required =
  'const require = (name) => process.getBuiltinModule(name) ?? process.getBuiltinModule("module").createRequire(import.meta.url)(name);';

/** Whether a value is of a class of undici's. To name the class itself loads undici, though there can be none of them before that. */
const ofUndici = /([\w.$]+) instanceof (FormData|Headers|Request|Response)\b/g;

/** @returns {import('vite').Plugin} */
export function builtinModulesAsNeeded() {
  return {
    name: 'builtin-modules-as-needed',
    renderChunk(code) {
      // Declarations on the line of the imports: the source map stays true to the line.
      const late = code
        .replaceAll(statement, declared)
        .replaceAll(ofUndici, '$1?.[Symbol.toStringTag] === "$2"');
      return { code: /\brequire\b/.test(late) ? `${required} ${late}` : late, map: null };
    },
  };
}

const childProcess = "const childProcess = require('node:child_process');";
const decoder =
  'class EventDecoderStream extends TransformStream {\n  constructor() {\n    let decoder;\n    super({';
const segmenter = 'const segmenter = new Intl.Segmenter();';

/** What packages make when they are loaded and most commands never use, and the same made with its first use. */
const early = [
  {
    // Node's streams of the web, 4 ms: for event streams, which the contract has none of.
    file: /[\\/]@orpc[\\/]standard-server[\\/]dist[\\/]index\.mjs$/,
    from: decoder,
    to: decoder.replace(' extends TransformStream', '').replace('super(', 'return new TransformStream('),
  },
  {
    // 3 ms, for commands that are programs of their own.
    file: /[\\/]commander[\\/]lib[\\/]command\.js$/,
    from: childProcess,
    to: "const childProcess = { spawn: (...given) => require('node:child_process').spawn(...given) };",
  },
  {
    // 9 ms, which only a text beyond Latin needs.
    file: /[\\/]string-width[\\/]index\.js$/,
    from: segmenter,
    to: 'let made; const segmenter = { segment: (text) => (made ??= new Intl.Segmenter()).segment(text) };',
  },
];

/** @returns {import('vite').Plugin} */
export function packagesAsNeeded() {
  return {
    name: 'packages-as-needed',
    transform(code, id) {
      const found = early.find(({ file }) => file.test(id));
      if (!found) return null;
      const { from, to } = found;
      if (!code.includes(from)) throw new Error(`${id} no longer has what is replaced in it: ${from}`);
      return { code: code.replace(from, () => to), map: null };
    },
  };
}
